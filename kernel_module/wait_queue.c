// SPDX-License-Identifier: GPL-2.0-only
/*
 * wait_queue - a thread that sleeps until it is woken.
 *
 * Idea: who waits looks at a condition and sleeps while it is false; who makes
 * it true wakes the queue. The condition, not the wake-up, is what counts: it
 * is kept in a variable, so nothing is lost when the wake-up comes before the
 * sleep, and a wake-up for nothing does no harm. Here a number written to a
 * parameter makes that many events.
 *
 * Usage:
 *	insmod /wait_queue.ko
 *	sleep 0.3
 *	echo 1 > /sys/module/wait_queue/parameters/events
 *	sleep 0.3
 *	echo 2 > /sys/module/wait_queue/parameters/events
 *	sleep 0.3
 *	rmmod wait_queue
 *
 * Expected:
 *	wait_queue: waiting
 *	wait_queue: event 1
 *	wait_queue: waiting
 *	wait_queue: event 2
 *	wait_queue: event 3
 *	wait_queue: waiting
 *	wait_queue: stopped
 *
 * Usage:
 *	insmod /wait_queue.ko events=2
 *	sleep 0.3
 *	echo 0 > /sys/module/wait_queue/parameters/events
 *	echo 11 > /sys/module/wait_queue/parameters/events
 *	echo one > /sys/module/wait_queue/parameters/events
 *	sleep 0.3
 *	rmmod wait_queue
 *
 * Expected:
 *	wait_queue: event 1
 *	wait_queue: event 2
 *	wait_queue: waiting
 *	sh: write error: Invalid argument
 *	sh: write error: Invalid argument
 *	sh: write error: Invalid argument
 *	wait_queue: stopped
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
 * See: include/linux/wait.h, kernel_module/wait_queue2.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/wait.h>

/* So many at once, to keep the log readable. */
#define WAIT_QUEUE_MAX 10

static DECLARE_WAIT_QUEUE_HEAD(wait_queue_head);
/* Events that nobody has looked at yet. */
static atomic_t wait_queue_events = ATOMIC_INIT(0);
static struct task_struct *wait_queue_task;

/* Also called for "insmod wait_queue.ko events=2", before init: no matter. */
static int wait_queue_set(const char *text, const struct kernel_param *kp)
{
	unsigned int count;
	int err;

	err = kstrtouint(text, 0, &count);
	if (err)
		return err;
	if (!count || count > WAIT_QUEUE_MAX)
		return -EINVAL;

	atomic_add(count, &wait_queue_events);
	wake_up(&wait_queue_head);
	return 0;
}

static const struct kernel_param_ops wait_queue_ops = {
	.set = wait_queue_set,
};
module_param_cb(events, &wait_queue_ops, NULL, 0200);
MODULE_PARM_DESC(events, "makes so many events, 1 to 10");

static int wait_queue_thread(void *unused)
{
	unsigned int seen = 0;

	while (!kthread_should_stop()) {
		if (atomic_dec_if_positive(&wait_queue_events) >= 0) {
			pr_info("event %u\n", ++seen);
			continue;
		}
		pr_info("waiting\n");
		/* kthread_stop() wakes the thread too, whatever it waits for. */
		wait_event_idle(wait_queue_head,
				atomic_read(&wait_queue_events) || kthread_should_stop());
	}
	return 0;
}

static int __init wait_queue_init(void)
{
	wait_queue_task = kthread_run(wait_queue_thread, NULL, "wait_queue");
	return PTR_ERR_OR_ZERO(wait_queue_task);
}

static void __exit wait_queue_exit(void)
{
	kthread_stop(wait_queue_task);
	pr_info("stopped\n");
}

module_init(wait_queue_init);
module_exit(wait_queue_exit);

MODULE_DESCRIPTION("A kernel thread that sleeps until it is woken");
MODULE_LICENSE("GPL");
