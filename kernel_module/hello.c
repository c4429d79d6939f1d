// SPDX-License-Identifier: GPL-2.0-only
/*
 * hello - the smallest module that shows something.
 *
 * Idea: a module is two functions. The kernel calls one when the module comes
 * and the other when it goes; a non-zero return from the first refuses it.
 *
 * Usage:
 *	insmod /hello.ko
 *	rmmod hello
 *
 * Expected:
 *	hello init
 *	hello exit
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: include/linux/module.h
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

static int __init hello_init(void)
{
	pr_info("hello init\n");
	return 0;
}

static void __exit hello_exit(void)
{
	pr_info("hello exit\n");
}

module_init(hello_init);
module_exit(hello_exit);

MODULE_DESCRIPTION("Prints a line when it is inserted and when it is removed");
MODULE_LICENSE("GPL");
