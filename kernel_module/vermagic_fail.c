// SPDX-License-Identifier: GPL-2.0-only
/*
 * vermagic_fail - a module with a wrong version magic, which is refused.
 *
 * Idea: the build adds the right magic in vermagic_fail.mod.c, and links that
 * behind this file. The kernel takes the first that it finds: this one. It names
 * neither our release nor our options, so that CONFIG_MODVERSIONS, which passes
 * over the release, does not accept it either. Nothing of the module has run
 * when it is refused. BusyBox's insmod then tries the older system call too, so
 * the kernel says it twice.
 *
 * Usage:
 *	modinfo -F vermagic /vermagic_fail.ko
 *	insmod /vermagic_fail.ko
 *
 * Expected:
 *	0.0.0 none
 *	... mod_unload ...
 *	insmod: can't insert '/vermagic_fail.ko': invalid module format
 *	vermagic_fail: version magic '0.0.0 none' should be '...'
 *	vermagic_fail: version magic '0.0.0 none' should be '...'
 *
 * Needs: CONFIG_MODULES
 * See: kernel/module/main.c, kernel_module/vermagic.c, rootfs_overlay/vermagic.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

MODULE_INFO(vermagic, "0.0.0 none");

static int __init vermagic_fail_init(void)
{
	pr_err("loaded in spite of its magic\n");
	return 0;
}

static void __exit vermagic_fail_exit(void)
{
}

module_init(vermagic_fail_init);
module_exit(vermagic_fail_exit);

MODULE_DESCRIPTION("Is refused, since its version magic is wrong");
MODULE_LICENSE("GPL");
