// SPDX-License-Identifier: GPL-2.0-only
/*
 * reboot_notifier - the last thing that a module can do before the power goes.
 *
 * Idea: modules are not removed at power-off, so their exit functions do not
 * run. Who must bring a device to rest or save something asks to be told, by the
 * notifier chain of kernel/reboot.c. It is called when no user program runs any
 * more that could be waited for: be short.
 *
 * Usage:
 *	make run EVAL='insmod /reboot_notifier.ko; poweroff'
 *
 * Expected:
 *	...reboot_notifier: the power goes off
 *	run: the guest powered off (exit status 0)
 *
 * Needs: CONFIG_MODULES
 * See: include/linux/reboot.h, kernel/reboot.c, kernel_module/notifier.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/reboot.h>

static int reboot_notifier_call(struct notifier_block *block, unsigned long event, void *command)
{
	switch (event) {
	case SYS_RESTART:
		pr_info("the machine starts again\n");
		break;
	case SYS_HALT:
		pr_info("the machine stops\n");
		break;
	case SYS_POWER_OFF:
		pr_info("the power goes off\n");
		break;
	}
	/* The result cannot keep the machine on. */
	return NOTIFY_DONE;
}

static struct notifier_block reboot_notifier_block = {
	.notifier_call = reboot_notifier_call,
};

static int __init reboot_notifier_init(void)
{
	return register_reboot_notifier(&reboot_notifier_block);
}

static void __exit reboot_notifier_exit(void)
{
	unregister_reboot_notifier(&reboot_notifier_block);
}

module_init(reboot_notifier_init);
module_exit(reboot_notifier_exit);

MODULE_DESCRIPTION("Prints a line at reboot, halt and power-off");
MODULE_LICENSE("GPL");
