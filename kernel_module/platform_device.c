// SPDX-License-Identifier: GPL-2.0-only
/*
 * platform_device - driver of a device that the device tree tells of.
 *
 * Idea: nothing can be asked whether this device is there: it just answers at some
 * address. So the machine hands the kernel a device tree, in which a node tells its
 * address, its interrupt, and what it is compatible with; by the last the kernel
 * finds the driver. The device, lkmc-platform, is one of ours that patches/qemu
 * adds to QEMU, and does what lkmc-pci-min does: compare pci_min.
 *
 * Usage:
 *	insmod /platform_device.ko
 *	cd /sys/bus/platform/drivers/platform_device/?*.lkmc-platform
 *	tr '\0' '\n' <of_node/compatible
 *	cat interrupts
 *	echo 0x12 >raise
 *	cat raise interrupts
 *	cd /
 *	rmmod platform_device
 *
 * Expected:
 *	platform_device ...: registers at ...
 *	lkmc,platform
 *	0
 *	platform_device ...: interrupt, value 0x12
 *	0x12
 *	1
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_OF, CONFIG_SYSFS, node lkmc-platform
 * See: Documentation/driver-api/driver-model/platform.rst,
 *	Documentation/devicetree/usage-model.rst, patches/qemu,
 *	kernel_module/pci_min.c, rootfs_overlay/platform_device.sh
 */
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kstrtox.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sysfs.h>

/* Registers, from the start of the node's reg. */
#define PLATFORM_DEVICE_RAISE	0x0	/* write: raise the interrupt; read: what was written */
#define PLATFORM_DEVICE_LOWER	0x4	/* write: lower it; read: whether it is raised */

struct platform_device_state {
	void __iomem *regs;
	atomic_t interrupts;
};

static irqreturn_t platform_device_interrupt(int irq, void *data)
{
	struct device *dev = data;
	struct platform_device_state *state = dev_get_drvdata(dev);

	if (!ioread32(state->regs + PLATFORM_DEVICE_LOWER))
		return IRQ_NONE;

	/* As long as the line is raised it interrupts again. */
	iowrite32(0, state->regs + PLATFORM_DEVICE_LOWER);
	atomic_inc(&state->interrupts);
	dev_info(dev, "interrupt, value 0x%x\n", ioread32(state->regs + PLATFORM_DEVICE_RAISE));
	return IRQ_HANDLED;
}

static ssize_t raise_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct platform_device_state *state = dev_get_drvdata(dev);

	return sysfs_emit(buf, "0x%x\n", ioread32(state->regs + PLATFORM_DEVICE_RAISE));
}

static ssize_t raise_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	struct platform_device_state *state = dev_get_drvdata(dev);
	u32 value;
	int err;

	err = kstrtou32(buf, 0, &value);
	if (err)
		return err;
	iowrite32(value, state->regs + PLATFORM_DEVICE_RAISE);
	return count;
}
static DEVICE_ATTR_RW(raise);

static ssize_t interrupts_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct platform_device_state *state = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", atomic_read(&state->interrupts));
}
static DEVICE_ATTR_RO(interrupts);

static struct attribute *platform_device_attrs[] = {
	&dev_attr_raise.attr,
	&dev_attr_interrupts.attr,
	NULL
};
ATTRIBUTE_GROUPS(platform_device);

static int platform_device_probe(struct platform_device *pdev)
{
	struct platform_device_state *state;
	struct resource *where;
	int irq;

	state = devm_kzalloc(&pdev->dev, sizeof(*state), GFP_KERNEL);
	if (!state)
		return -ENOMEM;
	platform_set_drvdata(pdev, state);

	/* The addresses of reg, as the buses above translate them. */
	state->regs = devm_platform_get_and_ioremap_resource(pdev, 0, &where);
	if (IS_ERR(state->regs))
		return PTR_ERR(state->regs);
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;

	dev_info(&pdev->dev, "registers at %pR, interrupt %d\n", where, irq);
	/* What somebody left behind is not for us. */
	iowrite32(0, state->regs + PLATFORM_DEVICE_LOWER);
	return devm_request_irq(&pdev->dev, irq, platform_device_interrupt, 0, KBUILD_MODNAME,
				&pdev->dev);
}

static const struct of_device_id platform_device_of_match[] = {
	{ .compatible = "lkmc,platform" },
	{ }
};

/*
 * What MODULE_DEVICE_TABLE(of, platform_device_of_match) makes of the table. Debian's
 * modpost takes an entry of 32-bit kernels, 196 bytes, for one of 200, and fails.
 */
MODULE_ALIAS("of:N*T*Clkmc,platform");
MODULE_ALIAS("of:N*T*Clkmc,platformC*");

static struct platform_driver platform_device_driver = {
	.driver = {
		.name = KBUILD_MODNAME,
		.of_match_table = platform_device_of_match,
		.dev_groups = platform_device_groups,
	},
	.probe = platform_device_probe,
};
module_platform_driver(platform_device_driver);

MODULE_DESCRIPTION("Driver of a device of the device tree, lkmc-platform");
MODULE_LICENSE("GPL");
