// SPDX-License-Identifier: GPL-2.0-only
/*
 * kthreads - two kernel threads that interleave.
 *
 * Idea: both threads run the same function, each with an argument of its own,
 * and the scheduler goes from one to the other whenever the first one sleeps.
 * The second begins half an interval later, so that the order can be foretold.
 * A thread that cannot be made means that the one before it has to be stopped.
 *
 * Usage:
 *	insmod /kthreads.ko interval_ms=4000
 *	sleep 4.5
 *	rmmod kthreads
 *
 * Expected:
 *	kthreads: a 1
 *	kthreads: b 1
 *	kthreads: a 2
 *	kthreads: both stopped
 *
 * Usage:
 *	insmod /kthreads.ko interval_ms=1
 *	insmod /kthreads.ko interval_ms=3600000
 *	sleep 0.3
 *	ps | grep -c '\[kthreads/.\]'
 *	rmmod kthreads
 *
 * Expected:
 *	insmod: can't insert '/kthreads.ko': Invalid argument
 *	kthreads: a 1
 *	2
 *	kthreads: both stopped
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: kernel_module/kthread.c, include/linux/kthread.h
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sched.h>

static unsigned int interval_ms = 2000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds from one line of a thread to its next, at least 2");

struct kthreads_one {
	const char *name;
	unsigned int delay_ms;
	struct task_struct *task;
};

static struct kthreads_one kthreads_a = { .name = "a" };
static struct kthreads_one kthreads_b = { .name = "b" };

/* Sleep, but no longer than until kthread_stop(). */
static void kthreads_sleep(unsigned int ms)
{
	set_current_state(TASK_INTERRUPTIBLE);
	if (!kthread_should_stop())
		schedule_timeout(msecs_to_jiffies(ms));
	__set_current_state(TASK_RUNNING);
}

static int kthreads_count(void *data)
{
	const struct kthreads_one *one = data;
	unsigned int count = 0;

	kthreads_sleep(one->delay_ms);
	while (!kthread_should_stop()) {
		pr_info("%s %u\n", one->name, ++count);
		kthreads_sleep(interval_ms);
	}
	return 0;
}

static int __init kthreads_start(struct kthreads_one *one, unsigned int delay_ms)
{
	one->delay_ms = delay_ms;
	one->task = kthread_run(kthreads_count, one, "kthreads/%s", one->name);
	return PTR_ERR_OR_ZERO(one->task);
}

static int __init kthreads_init(void)
{
	int err;

	if (interval_ms < 2)
		return -EINVAL;

	err = kthreads_start(&kthreads_a, 0);
	if (err)
		return err;
	err = kthreads_start(&kthreads_b, interval_ms / 2);
	if (err)
		goto out_stop_a;
	return 0;

out_stop_a:
	kthread_stop(kthreads_a.task);
	return err;
}

static void __exit kthreads_exit(void)
{
	kthread_stop(kthreads_b.task);
	kthread_stop(kthreads_a.task);
	pr_info("both stopped\n");
}

module_init(kthreads_init);
module_exit(kthreads_exit);

MODULE_DESCRIPTION("Two kernel threads that interleave");
MODULE_LICENSE("GPL");
