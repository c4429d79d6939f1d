// SPDX-License-Identifier: GPL-2.0-only
/*
 * hello2 - a second module beside hello.
 *
 * Idea: each module has functions, messages and a life of its own: hello and
 * hello2 are built by one Kbuild and come and go in any order.
 *
 * Usage:
 *	insmod /hello2.ko
 *	rmmod hello2
 *
 * Expected:
 *	hello2 init
 *	hello2 exit
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: kernel_module/hello.c, Documentation/kbuild/modules.rst
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

static int __init hello2_init(void)
{
	pr_info("hello2 init\n");
	return 0;
}

static void __exit hello2_exit(void)
{
	pr_info("hello2 exit\n");
}

module_init(hello2_init);
module_exit(hello2_exit);

MODULE_DESCRIPTION("Prints like hello, to show two modules side by side");
MODULE_LICENSE("GPL");
