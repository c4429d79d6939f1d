// SPDX-License-Identifier: GPL-2.0-only
/*
 * hello_host - a module by itself, without the rest of this project.
 *
 * Copy this folder wherever you like. "make" compiles the module for the kernel
 * that runs there, "sudo insmod hello_host.ko" loads it, "sudo dmesg" shows what
 * it said, "sudo rmmod hello_host" removes it. HEADERS=folder on the line of make
 * is for another kernel, whose module cannot be loaded here.
 */
#include <linux/init.h>
#include <linux/module.h>

static int __init hello_host_init(void)
{
	pr_info("hello_host: init\n");
	return 0;
}

static void __exit hello_host_exit(void)
{
	pr_info("hello_host: exit\n");
}

module_init(hello_host_init);
module_exit(hello_host_exit);

MODULE_DESCRIPTION("A module that needs nothing but this file and its Makefile");
MODULE_LICENSE("GPL");
