// SPDX-License-Identifier: GPL-2.0-only
/*
 * kprobe - look in whenever the kernel comes by an instruction.
 *
 * Idea: register_kprobe() puts a breakpoint on almost any instruction of the
 * running kernel, here on the first one of a function; nothing is compiled
 * again. The handler runs in the thread that came by, with preemption off, so
 * it may look and count, but must not sleep.
 *
 * Usage:
 *	insmod /kprobe.ko
 *	mkdir /tmp/kprobe
 *	rmdir /tmp/kprobe
 *	rmdir /tmp/kprobe
 *	rmmod kprobe
 *
 * Expected:
 *	kprobe: watching vfs_rmdir
 *	kprobe: rmdir came by vfs_rmdir
 *	rmdir: '/tmp/kprobe': No such file or directory
 *	kprobe: calls: 1
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_KPROBES, no CONFIG_MIPS
 * See: kernel/kprobes.c, Documentation/trace/kprobes.rst, rootfs_overlay/kprobe.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sched.h>

/* Few things remove folders: what we see is what the user did. */
static char *symbol = "vfs_rmdir";
module_param(symbol, charp, 0444);
MODULE_PARM_DESC(symbol, "function of the kernel, vfs_rmdir unless given");

/* Several CPUs may be in the handler at once. */
static atomic_t kprobe_calls = ATOMIC_INIT(0);

static int kprobe_before(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_inc(&kprobe_calls);
	/* Someone may choose a function that is called all the time. */
	pr_info_ratelimited("%s came by %s\n", current->comm, probe->symbol_name);
	return 0; /* go on with the instruction as if nothing had been */
}

static struct kprobe kprobe_probe = {
	.pre_handler = kprobe_before,
};

static int __init kprobe_init(void)
{
	int ret;

	kprobe_probe.symbol_name = symbol;
	/* Code that kprobes themselves need is refused, see "blacklist". */
	ret = register_kprobe(&kprobe_probe);
	if (ret) {
		pr_err("cannot watch %s: error %d\n", symbol, ret);
		return ret;
	}
	pr_info("watching %s\n", symbol);
	return 0;
}

static void __exit kprobe_exit(void)
{
	/* Waits until no CPU is in the handler. */
	unregister_kprobe(&kprobe_probe);
	pr_info("calls: %d\n", atomic_read(&kprobe_calls));
}

module_init(kprobe_init);
module_exit(kprobe_exit);

MODULE_DESCRIPTION("Counts the calls of a kernel function by a breakpoint");
MODULE_LICENSE("GPL");
