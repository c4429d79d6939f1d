// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci - driver of a PCI device: registers, interrupt, DMA.
 *
 * Idea: QEMU's device edu is made to learn from. It negates a number, computes
 * factorials, raises interrupts on demand and has a buffer that it fills and
 * empties by DMA. The driver finds it by its ID, maps its registers, asks for
 * an interrupt and for memory that the device can reach, and sleeps until the
 * interrupt tells that the device is done. Each ability is a file in debugfs.
 *
 * Usage:
 *	insmod /pci.ko
 *	cd /sys/kernel/debug/pci/0*
 *
 * Expected:
 *	...
 *	pci ...: edu 1.0, interrupt by ...
 *
 * Usage:
 *	cat id
 *	echo 0x12345678 >live; cat live
 *	echo 5 >factorial; cat factorial
 *	echo 0x10 >irq; cat irq
 *	echo 'there and back' >buffer; head -n 1 buffer
 *	cd /
 *	rmmod pci
 *
 * Expected:
 *	0x010000ed
 *	0xedcba987
 *	120
 *	pci ...: interrupt 0x1
 *	2
 *	pci ...: interrupt 0x10
 *	there and back
 *	pci ...: interrupt 0x100
 *	pci ...: interrupt 0x100
 *	pci ...: bye after 4 interrupts
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_PCI, CONFIG_DEBUG_FS, pci 1234:11e8
 * See: Documentation/PCI/pci.rst, Documentation/core-api/dma-api-howto.rst,
 *	docs/specs/edu.rst of QEMU, rootfs_overlay/pci.sh
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>

/* Registers, from the start of BAR 0. All have 32 bits here. */
#define EDU_ID			0x00	/* 0xRRrr00ed: version RR.rr */
#define EDU_LIVE		0x04	/* what was written, negated */
#define EDU_FACTORIAL		0x08
#define EDU_STATUS		0x20
#define EDU_STATUS_INTERRUPT	0x80	/* raise EDU_IRQ_FACTORIAL when done */
#define EDU_IRQ_STATUS		0x24
#define EDU_IRQ_RAISE		0x60
#define EDU_IRQ_ACK		0x64
#define EDU_DMA_SOURCE		0x80
#define EDU_DMA_TARGET		0x88
#define EDU_DMA_COUNT		0x90
#define EDU_DMA_COMMAND		0x98
#define EDU_DMA_START		0x1
#define EDU_DMA_TO_MEMORY	0x2
#define EDU_DMA_INTERRUPT	0x4	/* raise EDU_IRQ_DMA when done */

/* What the device itself raises; other bits are free to play with. */
#define EDU_IRQ_FACTORIAL	0x001
#define EDU_IRQ_DMA		0x100

/*
 * Where the device sees its own buffer, and its size. It has one byte more, but
 * to touch that one ends the whole QEMU in version 7.2.
 */
#define EDU_BUFFER		0x40000
#define EDU_BUFFER_SIZE		4095

static bool msi = true;
module_param(msi, bool, 0444);
MODULE_PARM_DESC(msi, "use a message interrupt where possible, not the shared line (default Y)");

struct pci_edu {
	struct pci_dev *pdev;
	void __iomem *regs;
	bool big_endian;
	int irq;
	atomic_t irqs;
	struct mutex lock;		/* one request to the device at a time */
	struct completion done;		/* the interrupt came */
	void *memory;			/* EDU_BUFFER_SIZE bytes ... */
	dma_addr_t bus;			/* ... and how the device calls them */
	struct dentry *folder;
};

static struct dentry *pci_root;

/* QEMU gives the registers the byte order of the arch, not that of PCI. */
static u32 pci_edu_read(struct pci_edu *edu, unsigned int reg)
{
	return edu->big_endian ? ioread32be(edu->regs + reg) : ioread32(edu->regs + reg);
}

static void pci_edu_write(struct pci_edu *edu, unsigned int reg, u32 value)
{
	if (edu->big_endian)
		iowrite32be(value, edu->regs + reg);
	else
		iowrite32(value, edu->regs + reg);
}

static irqreturn_t pci_edu_interrupt(int irq, void *data)
{
	struct pci_edu *edu = data;
	u32 status = pci_edu_read(edu, EDU_IRQ_STATUS);

	/* The line may be shared: perhaps another device wants something. */
	if (!status)
		return IRQ_NONE;

	pci_edu_write(edu, EDU_IRQ_ACK, status);
	atomic_inc(&edu->irqs);
	dev_info(&edu->pdev->dev, "interrupt 0x%x\n", status);
	complete(&edu->done);
	return IRQ_HANDLED;
}

/* Write the register that starts something, and sleep until it is done. */
static int pci_edu_request(struct pci_edu *edu, unsigned int reg, u32 value)
{
	lockdep_assert_held(&edu->lock);
	reinit_completion(&edu->done);
	pci_edu_write(edu, reg, value);
	if (!wait_for_completion_timeout(&edu->done, 5 * HZ))
		return -ETIMEDOUT;
	return 0;
}

static int pci_id_get(void *data, u64 *value)
{
	*value = pci_edu_read(data, EDU_ID);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(pci_id_fops, pci_id_get, NULL, "0x%08llx\n");

static int pci_live_get(void *data, u64 *value)
{
	*value = pci_edu_read(data, EDU_LIVE);
	return 0;
}

static int pci_live_set(void *data, u64 value)
{
	if (value > U32_MAX)
		return -ERANGE;
	pci_edu_write(data, EDU_LIVE, value);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(pci_live_fops, pci_live_get, pci_live_set, "0x%08llx\n");

static int pci_factorial_get(void *data, u64 *value)
{
	*value = pci_edu_read(data, EDU_FACTORIAL);
	return 0;
}

static int pci_factorial_set(void *data, u64 value)
{
	struct pci_edu *edu = data;
	int err;

	/* 13! has more than 32 bits. */
	if (value > 12)
		return -ERANGE;

	err = mutex_lock_interruptible(&edu->lock);
	if (err)
		return err;
	pci_edu_write(edu, EDU_STATUS, EDU_STATUS_INTERRUPT);
	err = pci_edu_request(edu, EDU_FACTORIAL, value);
	mutex_unlock(&edu->lock);
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(pci_factorial_fops, pci_factorial_get, pci_factorial_set, "%llu\n");

static int pci_irq_get(void *data, u64 *value)
{
	struct pci_edu *edu = data;

	*value = atomic_read(&edu->irqs);
	return 0;
}

static int pci_irq_set(void *data, u64 value)
{
	struct pci_edu *edu = data;
	int err;

	if (value > U32_MAX)
		return -ERANGE;
	/* No bit is no interrupt, and these two would be taken for an end. */
	if (!value || value & (EDU_IRQ_FACTORIAL | EDU_IRQ_DMA))
		return -EINVAL;

	err = mutex_lock_interruptible(&edu->lock);
	if (err)
		return err;
	err = pci_edu_request(edu, EDU_IRQ_RAISE, value);
	mutex_unlock(&edu->lock);
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(pci_irq_fops, pci_irq_get, pci_irq_set, "%llu\n");

/* The device copies the part of the buffer; the CPU has nothing to do meanwhile. */
static int pci_edu_dma(struct pci_edu *edu, bool to_memory, size_t offset, size_t count)
{
	u32 memory = lower_32_bits(edu->bus) + offset;
	u32 buffer = EDU_BUFFER + offset;
	u32 command = EDU_DMA_START | EDU_DMA_INTERRUPT;

	if (to_memory)
		command |= EDU_DMA_TO_MEMORY;
	pci_edu_write(edu, EDU_DMA_SOURCE, to_memory ? buffer : memory);
	pci_edu_write(edu, EDU_DMA_TARGET, to_memory ? memory : buffer);
	pci_edu_write(edu, EDU_DMA_COUNT, count);
	return pci_edu_request(edu, EDU_DMA_COMMAND, command);
}

static ssize_t pci_buffer_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	struct pci_edu *edu = file->private_data;
	ssize_t ret;

	if (*pos >= EDU_BUFFER_SIZE || !count)
		return 0;
	count = min_t(size_t, count, EDU_BUFFER_SIZE - *pos);

	ret = mutex_lock_interruptible(&edu->lock);
	if (ret)
		return ret;
	/* So that what is read is what came from the device. */
	memset(edu->memory, 0, EDU_BUFFER_SIZE);
	ret = pci_edu_dma(edu, true, *pos, count);
	if (!ret)
		ret = simple_read_from_buffer(to, count, pos, edu->memory, EDU_BUFFER_SIZE);
	mutex_unlock(&edu->lock);
	return ret;
}

static ssize_t pci_buffer_write(struct file *file, const char __user *from, size_t count,
				loff_t *pos)
{
	struct pci_edu *edu = file->private_data;
	loff_t start = *pos;
	ssize_t ret;
	int err;

	if (start >= EDU_BUFFER_SIZE)
		return -ENOSPC;

	ret = mutex_lock_interruptible(&edu->lock);
	if (ret)
		return ret;
	ret = simple_write_to_buffer(edu->memory, EDU_BUFFER_SIZE, pos, from, count);
	if (ret > 0) {
		err = pci_edu_dma(edu, false, start, ret);
		if (err) {
			*pos = start;
			ret = err;
		}
	}
	mutex_unlock(&edu->lock);
	return ret;
}

static const struct file_operations pci_buffer_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = pci_buffer_read,
	.write = pci_buffer_write,
	.llseek = default_llseek,
};

static void pci_edu_files(struct pci_edu *edu)
{
	edu->folder = debugfs_create_dir(pci_name(edu->pdev), pci_root);
	debugfs_create_file("id", 0400, edu->folder, edu, &pci_id_fops);
	debugfs_create_file("live", 0600, edu->folder, edu, &pci_live_fops);
	debugfs_create_file("factorial", 0600, edu->folder, edu, &pci_factorial_fops);
	debugfs_create_file("irq", 0600, edu->folder, edu, &pci_irq_fops);
	debugfs_create_file("buffer", 0600, edu->folder, edu, &pci_buffer_fops);
}

/* The registers, in the byte order in which the identification makes sense. */
static int pci_edu_map(struct pci_edu *edu)
{
	u32 id;

	/* None for a device without BAR 0, which somebody bound to this driver. */
	edu->regs = pci_iomap(edu->pdev, 0, 0);
	if (!edu->regs)
		return -ENODEV;

	id = pci_edu_read(edu, EDU_ID);
	if ((id & 0xffff) != 0x00ed) {
		edu->big_endian = true;
		id = pci_edu_read(edu, EDU_ID);
	}
	if ((id & 0xffff) != 0x00ed) {
		dev_err(&edu->pdev->dev, "is no edu: identification 0x%08x\n", id);
		pci_iounmap(edu->pdev, edu->regs);
		return -ENODEV;
	}
	return 0;
}

static int pci_edu_request_irq(struct pci_edu *edu)
{
	unsigned int types = PCI_IRQ_ALL_TYPES;
	int err;

	if (!msi)
		types &= ~(PCI_IRQ_MSI | PCI_IRQ_MSIX);
	err = pci_alloc_irq_vectors(edu->pdev, 1, 1, types);
	if (err < 0)
		return err;

	edu->irq = pci_irq_vector(edu->pdev, 0);
	err = request_irq(edu->irq, pci_edu_interrupt, IRQF_SHARED, KBUILD_MODNAME, edu);
	if (err)
		pci_free_irq_vectors(edu->pdev);
	return err;
}

static int pci_edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct pci_edu *edu;
	u32 version;
	int err;

	edu = kzalloc(sizeof(*edu), GFP_KERNEL);
	if (!edu)
		return -ENOMEM;
	edu->pdev = pdev;
	mutex_init(&edu->lock);
	init_completion(&edu->done);
	pci_set_drvdata(pdev, edu);

	err = pci_enable_device(pdev);
	if (err)
		goto out_free;
	err = pci_request_regions(pdev, KBUILD_MODNAME);
	if (err)
		goto out_disable;
	err = pci_edu_map(edu);
	if (err)
		goto out_release;

	/*
	 * 28 bits is all that the device reaches in QEMU by default, which is
	 * below the memory of some machines: here it has dma_mask=0xffffffff.
	 */
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (err)
		goto out_unmap;
	edu->memory = dma_alloc_coherent(&pdev->dev, EDU_BUFFER_SIZE, &edu->bus, GFP_KERNEL);
	if (!edu->memory) {
		err = -ENOMEM;
		goto out_unmap;
	}

	/* Without this the device may neither do DMA nor send messages. */
	pci_set_master(pdev);
	err = pci_edu_request_irq(edu);
	if (err)
		goto out_dma;

	version = pci_edu_read(edu, EDU_ID);
	dev_info(&pdev->dev, "edu %u.%u, interrupt by %s\n", version >> 24, version >> 16 & 0xff,
		 pci_dev_msi_enabled(pdev) ? "message" : "line");
	pci_edu_files(edu);
	return 0;

out_dma:
	pci_clear_master(pdev);
	dma_free_coherent(&pdev->dev, EDU_BUFFER_SIZE, edu->memory, edu->bus);
out_unmap:
	pci_iounmap(pdev, edu->regs);
out_release:
	pci_release_regions(pdev);
out_disable:
	pci_disable_device(pdev);
out_free:
	kfree(edu);
	return err;
}

static void pci_edu_remove(struct pci_dev *pdev)
{
	struct pci_edu *edu = pci_get_drvdata(pdev);

	/* Waits for who reads or writes now; open files then give EIO. */
	debugfs_remove(edu->folder);
	free_irq(edu->irq, edu);
	pci_free_irq_vectors(pdev);
	/* From here on the device cannot write to memory that is not its any more. */
	pci_clear_master(pdev);
	dma_free_coherent(&pdev->dev, EDU_BUFFER_SIZE, edu->memory, edu->bus);
	pci_iounmap(pdev, edu->regs);
	pci_release_regions(pdev);
	pci_disable_device(pdev);
	dev_info(&pdev->dev, "bye after %d interrupts\n", atomic_read(&edu->irqs));
	kfree(edu);
}

static const struct pci_device_id pci_edu_ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{ }
};
MODULE_DEVICE_TABLE(pci, pci_edu_ids);

static struct pci_driver pci_edu_driver = {
	.name = KBUILD_MODNAME,
	.id_table = pci_edu_ids,
	.probe = pci_edu_probe,
	.remove = pci_edu_remove,
};

static int __init pci_edu_init(void)
{
	int err;

	pci_root = debugfs_create_dir(KBUILD_MODNAME, NULL);
	err = pci_register_driver(&pci_edu_driver);
	if (err)
		debugfs_remove(pci_root);
	return err;
}

static void __exit pci_edu_exit(void)
{
	pci_unregister_driver(&pci_edu_driver);
	debugfs_remove(pci_root);
}

module_init(pci_edu_init);
module_exit(pci_edu_exit);

MODULE_DESCRIPTION("Driver of QEMU's device edu: registers, interrupt, DMA");
MODULE_LICENSE("GPL");
