// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci_min - driver of the smallest PCI device: a register that raises an interrupt.
 *
 * Idea: lkmc-pci-min, a device of ours that patches/qemu adds to QEMU, has two
 * registers: a write to one raises its interrupt line, a write to the other lowers
 * it. The line may be shared, so the driver asks the device whether it was it. All
 * that the driver takes is managed: who binds to the device asks for it, and the
 * kernel gives it back in the opposite order, so there is nothing to remove here.
 * Compare pci, which does all that by hand.
 *
 * Usage:
 *	insmod /pci_min.ko
 *	cd /sys/bus/pci/drivers/pci_min/0*
 *	cat interrupts
 *	echo 0x12 >raise
 *	cat raise interrupts
 *	cd /
 *	rmmod pci_min
 *
 * Expected:
 *	...
 *	0
 *	pci_min ...: interrupt, value 0x12
 *	0x12
 *	1
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_PCI, CONFIG_SYSFS, pci 1234:11eb
 * See: Documentation/PCI/pci.rst, Documentation/driver-api/driver-model/devres.rst,
 *	patches/qemu, kernel_module/pci.c, kernel_module/platform_device.c,
 *	rootfs_overlay/pci_min.sh
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sysfs.h>

/* Registers, from the start of BAR 0. */
#define PCI_MIN_RAISE	0x0	/* write: raise the interrupt; read: what was written */
#define PCI_MIN_LOWER	0x4	/* write: lower it; read: whether it is raised */

struct pci_min {
	void __iomem *regs;
	atomic_t interrupts;
};

static irqreturn_t pci_min_interrupt(int irq, void *data)
{
	struct device *dev = data;
	struct pci_min *min = dev_get_drvdata(dev);

	if (!ioread32(min->regs + PCI_MIN_LOWER))
		return IRQ_NONE; /* of another device on the line */

	/* As long as the line is raised it interrupts again. */
	iowrite32(0, min->regs + PCI_MIN_LOWER);
	atomic_inc(&min->interrupts);
	dev_info(dev, "interrupt, value 0x%x\n", ioread32(min->regs + PCI_MIN_RAISE));
	return IRQ_HANDLED;
}

static ssize_t raise_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pci_min *min = dev_get_drvdata(dev);

	return sysfs_emit(buf, "0x%x\n", ioread32(min->regs + PCI_MIN_RAISE));
}

static ssize_t raise_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	struct pci_min *min = dev_get_drvdata(dev);
	u32 value;
	int err;

	err = kstrtou32(buf, 0, &value);
	if (err)
		return err;
	iowrite32(value, min->regs + PCI_MIN_RAISE);
	return count;
}
static DEVICE_ATTR_RW(raise);

static ssize_t interrupts_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pci_min *min = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", atomic_read(&min->interrupts));
}
static DEVICE_ATTR_RO(interrupts);

static struct attribute *pci_min_attrs[] = {
	&dev_attr_raise.attr,
	&dev_attr_interrupts.attr,
	NULL
};
ATTRIBUTE_GROUPS(pci_min);

static int pci_min_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct pci_min *min;
	int err;

	min = devm_kzalloc(&pdev->dev, sizeof(*min), GFP_KERNEL);
	if (!min)
		return -ENOMEM;
	pci_set_drvdata(pdev, min);

	err = pcim_enable_device(pdev);
	if (err)
		return err;
	err = pcim_iomap_regions(pdev, BIT(0), KBUILD_MODNAME);
	if (err)
		return err;
	min->regs = pcim_iomap_table(pdev)[0];

	/* What somebody left behind is not for us. */
	iowrite32(0, min->regs + PCI_MIN_LOWER);
	return devm_request_irq(&pdev->dev, pdev->irq, pci_min_interrupt, IRQF_SHARED,
				KBUILD_MODNAME, &pdev->dev);
}

static const struct pci_device_id pci_min_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11eb) },
	{ }
};
MODULE_DEVICE_TABLE(pci, pci_min_ids);

static struct pci_driver pci_min_driver = {
	.name = KBUILD_MODNAME,
	.id_table = pci_min_ids,
	.probe = pci_min_probe,
	.dev_groups = pci_min_groups,
};
module_pci_driver(pci_min_driver);

MODULE_DESCRIPTION("Driver of the smallest PCI device, lkmc-pci-min");
MODULE_LICENSE("GPL");
