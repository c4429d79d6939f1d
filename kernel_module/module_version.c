// SPDX-License-Identifier: GPL-2.0-only
/*
 * module_version - a version that people gave, and one of the source's bytes.
 *
 * Idea: MODULE_VERSION() is a text of your own. Because it is there, the build
 * adds srcversion, a checksum of the module's sources, so that two modules which
 * say 1.2.3 can still be told apart. modinfo finds both in the file,
 * /sys/module in what is loaded.
 *
 * Usage:
 *	modinfo -F version /module_version.ko
 *	insmod /module_version.ko
 *	cat /sys/module/module_version/version
 *	cat /sys/module/module_version/srcversion
 *	modinfo -F srcversion /module_version.ko > /tmp/built
 *	cmp /tmp/built /sys/module/module_version/srcversion && echo the same
 *	rm /tmp/built
 *	rmmod module_version
 *
 * Expected:
 *	1.2.3
 *	module_version: this is 1.2.3
 *	1.2.3
 *	...
 *	the same
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
 * See: include/linux/module.h, scripts/mod/sumversion.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

#define MODULE_VERSION_TEXT "1.2.3"

static int __init module_version_init(void)
{
	pr_info("this is %s\n", MODULE_VERSION_TEXT);
	return 0;
}

static void __exit module_version_exit(void)
{
}

module_init(module_version_init);
module_exit(module_version_exit);

MODULE_VERSION(MODULE_VERSION_TEXT);
MODULE_DESCRIPTION("Has a version, and so a srcversion");
MODULE_LICENSE("GPL");
