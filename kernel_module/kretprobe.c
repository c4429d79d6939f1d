// SPDX-License-Identifier: GPL-2.0-only
/*
 * kretprobe - what a kernel function returned, and how long it took.
 *
 * Idea: a kretprobe is a kprobe on the first instruction that also exchanges
 * the return address. So there are two handlers, and each call has a little
 * memory of its own to carry something, here the time, from one to the other.
 * No more than maxactive calls can be under way; others are counted as missed.
 *
 * Usage:
 *	insmod /kretprobe.ko
 *	mkdir /tmp/kretprobe
 *	rmdir /tmp/kretprobe
 *	rmdir /proc
 *	rmmod kretprobe
 *
 * Expected:
 *	kretprobe: vfs_rmdir returned 0 after ... ns
 *	rmdir: '/proc': Device or resource busy
 *	kretprobe: vfs_rmdir returned -16 after ... ns
 *	kretprobe: missed: 0
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_KRETPROBES, no CONFIG_MIPS
 * See: kernel/kprobes.c, include/uapi/asm-generic/errno.h, kernel_module/kprobe.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/ptrace.h>

struct kretprobe_call {
	ktime_t start;
};

static int kretprobe_enter(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct kretprobe_call *call = (struct kretprobe_call *)instance->data;

	call->start = ktime_get();
	return 0; /* anything else: do not wait for the return of this call */
}

static int kretprobe_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct kretprobe_call *call = (struct kretprobe_call *)instance->data;
	s64 ns = ktime_to_ns(ktime_sub(ktime_get(), call->start));

	/* The function is one that returns an int: the rest is not part of it. */
	pr_info_ratelimited("vfs_rmdir returned %d after %lld ns\n",
			    (int)regs_return_value(regs), ns);
	return 0;
}

static struct kretprobe kretprobe_probe = {
	.kp.symbol_name = "vfs_rmdir",
	.entry_handler = kretprobe_enter,
	.handler = kretprobe_return,
	.data_size = sizeof(struct kretprobe_call),
	.maxactive = 20,
};

static int __init kretprobe_init(void)
{
	return register_kretprobe(&kretprobe_probe);
}

static void __exit kretprobe_exit(void)
{
	unregister_kretprobe(&kretprobe_probe);
	pr_info("missed: %d\n", kretprobe_probe.nmissed);
}

module_init(kretprobe_init);
module_exit(kretprobe_exit);

MODULE_DESCRIPTION("Prints result and duration of each vfs_rmdir()");
MODULE_LICENSE("GPL");
