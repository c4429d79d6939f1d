// SPDX-License-Identifier: GPL-2.0-only
/*
 * irq - listen to the interrupts of another device on a shared line.
 *
 * Idea: devices may share a line, so the kernel calls all who registered for
 * it, and each looks whether its own device was it: IRQ_HANDLED or IRQ_NONE.
 * All must agree to share, by IRQF_SHARED. So one can listen to any such line,
 * with no device; here to QEMU's edu, which interrupts when it is told to.
 *
 * Usage:
 *	insmod /pci.ko msi=0
 *	insmod /irq.ko irq=$(awk '/ pci$/ { print $1 + 0 }' /proc/interrupts)
 *	cd /sys/kernel/debug/pci/0*
 *	echo 0x10 >irq; echo 0x20 >irq
 *	cd /
 *	rmmod irq
 *	rmmod pci
 *
 * Expected:
 *	irq: listening to line ...
 *	irq: the first interrupt on line ...
 *	irq: 2 interrupts on line ...
 *
 * Usage:
 *	insmod /irq.ko
 *	insmod /irq.ko irq=1000000
 *
 * Expected:
 *	insmod: can't insert '/irq.ko': Invalid argument
 *	insmod: can't insert '/irq.ko': Invalid argument
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEBUG_FS, pci 1234:11e8
 * See: Documentation/core-api/genericirq.rst, kernel_module/pci.c,
 *	rootfs_overlay/irq.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/printk.h>

static int irq = -1;
module_param(irq, int, 0444);
MODULE_PARM_DESC(irq, "number of the line in /proc/interrupts; there is no default");

/* Its address is also what tells this handler from others on the line. */
static atomic_t irq_count = ATOMIC_INIT(0);

static irqreturn_t irq_handler(int line, void *data)
{
	atomic_t *count = data;

	/* With CONFIG_DEBUG_SHIRQ it is also called for a try, in no interrupt. */
	if (in_hardirq() && atomic_inc_return(count) == 1)
		pr_info("the first interrupt on line %d\n", line);
	/*
	 * Never ours. If nobody says IRQ_HANDLED, time after time, the kernel
	 * switches the line off; it could not if a mere listener said so.
	 */
	return IRQ_NONE;
}

static int __init irq_module_init(void)
{
	int err;

	/* Lines that each CPU has for itself are asked for in another way. */
	if (irq < 0 || irq_is_percpu_devid(irq))
		return -EINVAL;

	/*
	 * EBUSY if the line has an owner that does not share; with the second
	 * flag without a complaint in the log, since this is but a try.
	 */
	err = request_irq(irq, irq_handler, IRQF_SHARED | IRQF_PROBE_SHARED,
			  KBUILD_MODNAME, &irq_count);
	if (err)
		return err;
	pr_info("listening to line %d\n", irq);
	return 0;
}

static void __exit irq_module_exit(void)
{
	/* Waits for handlers that are running, too. */
	free_irq(irq, &irq_count);
	pr_info("%d interrupts on line %d\n", atomic_read(&irq_count), irq);
}

module_init(irq_module_init);
module_exit(irq_module_exit);

MODULE_DESCRIPTION("Listens to the interrupts on a shared line");
MODULE_LICENSE("GPL");
