// SPDX-License-Identifier: GPL-2.0-only
/*
 * dep - a function for other modules.
 *
 * Idea: modules see nothing of each other but the symbols that are exported.
 * While dep2 uses one of dep's, dep cannot be removed. depmod writes down who
 * needs whom, and modprobe loads the one before the other; insmod does not look.
 *
 * Usage:
 *	insmod /dep.ko
 *	modinfo -F depends /dep2.ko
 *	cat /sys/module/dep/refcnt
 *	rmmod dep
 *
 * Expected:
 *	dep: ready
 *	dep
 *	0
 *	dep: numbers given: 0
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
 * See: Documentation/kbuild/modules.rst, kernel_module/dep2.c, rootfs_overlay/dep.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "dep.h"

static atomic_t dep_given;

/**
 * dep_next() - get a number that nobody else got
 *
 * May be called from any context.
 *
 * Return: 1, then 2 and so on, since dep was loaded.
 */
int dep_next(void)
{
	return atomic_inc_return(&dep_given);
}
EXPORT_SYMBOL_GPL(dep_next);

static int __init dep_init(void)
{
	pr_info("ready\n");
	return 0;
}

static void __exit dep_exit(void)
{
	/* Who used us is gone: nobody can call dep_next() any more. */
	pr_info("numbers given: %d\n", atomic_read(&dep_given));
}

module_init(dep_init);
module_exit(dep_exit);

MODULE_DESCRIPTION("Exports a function to other modules");
MODULE_LICENSE("GPL");
