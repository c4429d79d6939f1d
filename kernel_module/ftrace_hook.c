// SPDX-License-Identifier: GPL-2.0-only
/*
 * ftrace_hook - be called whenever a function of the kernel is.
 *
 * Idea: each function of the kernel begins with room for a call, filled with
 * instructions that do nothing. Function tracing and live patching put a call
 * there; with ftrace_ops a module can do the same, for functions by name. That is
 * faster than a breakpoint, and only at the beginning of a function.
 *
 * Usage:
 *	insmod /ftrace_hook.ko
 *	mkdir /tmp/ftrace_hook
 *	rmdir /tmp/ftrace_hook
 *	rmmod ftrace_hook
 *
 * Expected:
 *	ftrace_hook: vfs_rmdir called by ...
 *	ftrace_hook: calls: 1
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DYNAMIC_FTRACE
 * See: include/linux/ftrace.h, Documentation/trace/ftrace-uses.rst, kernel_module/kprobe.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/ftrace.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

static unsigned char ftrace_hook_name[] = "vfs_rmdir";
static atomic_t ftrace_hook_calls = ATOMIC_INIT(0);

/* Nothing that it calls may be traced by it: hence FTRACE_OPS_FL_RECURSION. */
static void ftrace_hook_call(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	atomic_inc(&ftrace_hook_calls);
	pr_info_ratelimited("%ps called by %ps\n", (void *)ip, (void *)parent_ip);
}

static struct ftrace_ops ftrace_hook_ops = {
	.func = ftrace_hook_call,
	.flags = FTRACE_OPS_FL_RECURSION,
};

static int __init ftrace_hook_init(void)
{
	int ret;

	/* Without a filter it would be every function. */
	ret = ftrace_set_filter(&ftrace_hook_ops, ftrace_hook_name,
				sizeof(ftrace_hook_name) - 1, 1);
	if (ret)
		return ret;
	ret = register_ftrace_function(&ftrace_hook_ops);
	if (ret)
		ftrace_free_filter(&ftrace_hook_ops);
	return ret;
}

static void __exit ftrace_hook_exit(void)
{
	/* Waits until nobody is in the function any more. */
	unregister_ftrace_function(&ftrace_hook_ops);
	ftrace_free_filter(&ftrace_hook_ops);
	pr_info("calls: %d\n", atomic_read(&ftrace_hook_calls));
}

module_init(ftrace_hook_init);
module_exit(ftrace_hook_exit);

MODULE_DESCRIPTION("Is called at each vfs_rmdir()");
MODULE_LICENSE("GPL");
