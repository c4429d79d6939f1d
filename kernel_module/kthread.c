// SPDX-License-Identifier: GPL-2.0-only
/*
 * kthread - a thread of the kernel that counts.
 *
 * Idea: a kernel thread is a function with a task of its own; ps shows it in
 * brackets. It runs until it returns, so it has to ask whether it should stop.
 * kthread_stop() sets that flag, wakes the thread and waits for its return:
 * after it none of the module's code runs, and the module may go.
 *
 * Usage:
 *	insmod /kthread.ko interval_ms=2000
 *	sleep 2.5
 *	rmmod kthread
 *
 * Expected:
 *	kthread: count 1
 *	kthread: count 2
 *	kthread: stopped after count 2
 *
 * Usage:
 *	insmod /kthread.ko interval_ms=0
 *	insmod /kthread.ko interval_ms=3600000
 *	sleep 0.3
 *	ps | grep -c '\[kthread\]'
 *	rmmod kthread
 *
 * Expected:
 *	insmod: can't insert '/kthread.ko': Invalid argument
 *	kthread: count 1
 *	1
 *	kthread: stopped after count 1
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: include/linux/kthread.h, kernel_module/kthreads.c
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

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds from one count to the next, not 0");

static struct task_struct *kthread_task;

static int kthread_count(void *unused)
{
	unsigned int count = 0;

	while (!kthread_should_stop()) {
		pr_info("count %u\n", ++count);

		/*
		 * The state comes before the question: a kthread_stop() between
		 * the two makes the task runnable again, and the sleep returns
		 * at once. The other way round its wake-up would be lost.
		 */
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule_timeout(msecs_to_jiffies(interval_ms));
		__set_current_state(TASK_RUNNING);
	}
	return count;
}

static int __init kthread_module_init(void)
{
	if (!interval_ms)
		return -EINVAL;

	kthread_task = kthread_run(kthread_count, NULL, "kthread");
	return PTR_ERR_OR_ZERO(kthread_task);
}

static void __exit kthread_module_exit(void)
{
	/*
	 * What kthread_stop() returns is what the thread returned, or -EINTR
	 * when it was told to stop before it ever ran.
	 */
	pr_info("stopped after count %d\n", kthread_stop(kthread_task));
}

module_init(kthread_module_init);
module_exit(kthread_module_exit);

MODULE_DESCRIPTION("A kernel thread that counts once a second");
MODULE_LICENSE("GPL");
