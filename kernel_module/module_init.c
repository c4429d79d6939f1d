// SPDX-License-Identifier: GPL-2.0-only
/*
 * module_init - a module without the macros module_init() and module_exit().
 *
 * Idea: the kernel calls the two functions that a module has under the names
 * init_module and cleanup_module. All that the macros do is to give your
 * functions these names too. Use them: they let the functions be static, work in
 * code that is built into the kernel, and mark both as called through a pointer.
 *
 * Usage:
 *	insmod /module_init.ko
 *	rmmod module_init
 *
 * Expected:
 *	module_init: inserted
 *	module_init: removed
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: include/linux/module.h, kernel_module/hello.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

/* module.h declares both. */
int __init init_module(void)
{
	pr_info("inserted\n");
	return 0;
}

void __exit cleanup_module(void)
{
	pr_info("removed\n");
}

/*
 * x86 with CONFIG_X86_KERNEL_IBT: the first instruction of a function that is
 * called through a pointer is ENDBR, and objtool marks those to which nothing
 * points as not to be called. Only the kernel has pointers to these two, so the
 * macros, and we, add one of each.
 */
___ADDRESSABLE(init_module, __initdata);
___ADDRESSABLE(cleanup_module, __exitdata);

MODULE_DESCRIPTION("Begins and ends with plain function names");
MODULE_LICENSE("GPL");
