// SPDX-License-Identifier: GPL-2.0-only
/*
 * panic - crash the kernel on purpose.
 *
 * Idea: panic() is for what cannot be survived. It stops the other CPUs, prints
 * the reason and a trace of calls, and never returns; what happens then is set by
 * panic=SECONDS on the kernel command line (negative: reboot at once). The run
 * ends, with a verdict and an exit status of its own.
 *
 * Usage:
 *	make run EVAL='insmod /panic.ko'
 *
 * Expected:
 *	... panic: about to crash
 *	... Kernel panic - not syncing: panic: on purpose
 *	run: kernel panic: panic: on purpose (exit status 101)...
 *
 * Needs: CONFIG_MODULES
 * See: kernel/panic.c, Documentation/admin-guide/kernel-parameters.txt
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/printk.h>

static int __init panic_init(void)
{
	pr_info("about to crash\n");
	panic(pr_fmt("on purpose"));
}

module_init(panic_init);

MODULE_DESCRIPTION("Crashes the kernel on purpose");
MODULE_LICENSE("GPL");
