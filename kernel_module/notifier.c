// SPDX-License-Identifier: GPL-2.0-only
/*
 * notifier - tell everyone who asked to be told.
 *
 * Idea: a notifier chain is a list of callbacks, the highest priority first. The
 * one who calls the chain need not know who listens; a listener may stop the
 * round and give an error. The kernel tells so of reboots, network devices, CPUs
 * and modules. Here event numbers are written to a parameter.
 *
 * Usage:
 *	insmod /notifier.ko
 *	echo 7 > /sys/module/notifier/parameters/event
 *	echo 13 > /sys/module/notifier/parameters/event
 *	rmmod notifier
 *
 * Expected:
 *	notifier: guard hears 7
 *	notifier: clerk hears 7
 *	...: write error: Operation not permitted
 *	notifier: guard refuses 13
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
 * See: include/linux/notifier.h, kernel/notifier.c, kernel_module/reboot_notifier.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/printk.h>

/* Its listeners may sleep; others are "atomic", "raw" or "srcu". */
static BLOCKING_NOTIFIER_HEAD(notifier_chain);

static int notifier_guard(struct notifier_block *block, unsigned long event, void *data)
{
	if (event == 13) {
		pr_info("guard refuses %lu\n", event);
		return notifier_from_errno(-EPERM); /* and nobody else hears of it */
	}
	pr_info("guard hears %lu\n", event);
	return NOTIFY_OK;
}

static int notifier_clerk(struct notifier_block *block, unsigned long event, void *data)
{
	pr_info("clerk hears %lu\n", event);
	return NOTIFY_OK;
}

static struct notifier_block notifier_clerk_block = {
	.notifier_call = notifier_clerk,
};

static struct notifier_block notifier_guard_block = {
	.notifier_call = notifier_guard,
	.priority = 1,
};

/* Write: any number is an event; its result is what the listeners say. */
static int notifier_set(const char *text, const struct kernel_param *kp)
{
	unsigned long event;
	int ret;

	ret = kstrtoul(text, 0, &event);
	if (ret)
		return ret;
	return notifier_to_errno(blocking_notifier_call_chain(&notifier_chain, event, NULL));
}

static const struct kernel_param_ops notifier_ops = {
	.set = notifier_set,
};

module_param_cb(event, &notifier_ops, NULL, 0200);
MODULE_PARM_DESC(event, "a number that the listeners are told");

static int __init notifier_init(void)
{
	int ret;

	ret = blocking_notifier_chain_register(&notifier_chain, &notifier_clerk_block);
	if (ret)
		return ret;
	ret = blocking_notifier_chain_register(&notifier_chain, &notifier_guard_block);
	if (ret)
		goto out_clerk;
	return 0;

out_clerk:
	blocking_notifier_chain_unregister(&notifier_chain, &notifier_clerk_block);
	return ret;
}

static void __exit notifier_exit(void)
{
	blocking_notifier_chain_unregister(&notifier_chain, &notifier_guard_block);
	blocking_notifier_chain_unregister(&notifier_chain, &notifier_clerk_block);
}

module_init(notifier_init);
module_exit(notifier_exit);

MODULE_DESCRIPTION("A notifier chain with two listeners");
MODULE_LICENSE("GPL");
