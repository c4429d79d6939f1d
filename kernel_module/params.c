// SPDX-License-Identifier: GPL-2.0-only
/*
 * params - settings of a module, given at insertion and changed later.
 *
 * Idea: module_param() makes a variable settable in "insmod" and, because its
 * mode is not zero, a file in /sys/module/params/parameters. Writing the file
 * changes the variable under the module's feet: take the lock to look at it.
 *
 * Usage:
 *	insmod /params.ko number=42 text=ahoj
 *	cat /sys/module/params/parameters/number
 *	echo 43 > /sys/module/params/parameters/number
 *	rmmod params
 *
 * Expected:
 *	params: init number=42 text=ahoj
 *	42
 *	params: exit number=43 text=ahoj
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
 * See: include/linux/moduleparam.h, rootfs_overlay/params.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

static int number;
module_param(number, int, 0644);
MODULE_PARM_DESC(number, "any integer, 0 unless given");

static char *text = "none";
module_param(text, charp, 0644);
MODULE_PARM_DESC(text, "any word, \"none\" unless given");

static void params_show(const char *when)
{
	/* A write to the text file frees the old string. */
	kernel_param_lock(THIS_MODULE);
	pr_info("%s number=%d text=%s\n", when, number, text);
	kernel_param_unlock(THIS_MODULE);
}

static int __init params_init(void)
{
	params_show("init");
	return 0;
}

static void __exit params_exit(void)
{
	params_show("exit");
}

module_init(params_init);
module_exit(params_exit);

MODULE_DESCRIPTION("An integer and a string parameter, also in sysfs");
MODULE_LICENSE("GPL");
