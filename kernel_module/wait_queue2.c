// SPDX-License-Identifier: GPL-2.0-only
/*
 * wait_queue2 - several threads that wait for one event.
 *
 * Idea: wake_up() wakes all who wait, in no order that one could rely on. An
 * event that all of them shall see cannot be a flag, which the first one would
 * clear for the others: it is a number that grows, and each waiter remembers
 * how far it has seen. Here writing "1" to a parameter is an event.
 *
 * Usage:
 *	insmod /wait_queue2.ko
 *	sleep 0.3
 *	echo 1 > /sys/module/wait_queue2/parameters/event
 *	sleep 0.3
 *	echo 1 > /sys/module/wait_queue2/parameters/event
 *	sleep 0.3
 *	rmmod wait_queue2
 *
 * Expected:
 *	wait_queue2: event 1 seen by 1 of 3
 *	wait_queue2: event 1 seen by 2 of 3
 *	wait_queue2: event 1 seen by 3 of 3
 *	wait_queue2: event 2 seen by 1 of 3
 *	wait_queue2: event 2 seen by 2 of 3
 *	wait_queue2: event 2 seen by 3 of 3
 *	wait_queue2: stopped
 *
 * Usage:
 *	insmod /wait_queue2.ko
 *	echo 0 > /sys/module/wait_queue2/parameters/event
 *	echo maybe > /sys/module/wait_queue2/parameters/event
 *	rmmod wait_queue2
 *
 * Expected:
 *	sh: write error: Invalid argument
 *	sh: write error: Invalid argument
 *	wait_queue2: stopped
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
 * See: include/linux/wait.h, kernel_module/wait_queue.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/wait.h>

#define WAIT_QUEUE2_WAITERS 3

static DECLARE_WAIT_QUEUE_HEAD(wait_queue2_head);
/* Writers hold the lock; the condition of a wait reads without it. */
static DEFINE_MUTEX(wait_queue2_lock);
static unsigned int wait_queue2_event;

static struct wait_queue2_waiter {
	struct task_struct *task;
	unsigned int seen;	/* the last event it saw, under the lock */
} wait_queue2_waiters[WAIT_QUEUE2_WAITERS];

static int wait_queue2_set(const char *text, const struct kernel_param *kp)
{
	bool happens;
	int err;

	err = kstrtobool(text, &happens);
	if (err)
		return err;
	if (!happens)
		return -EINVAL;

	mutex_lock(&wait_queue2_lock);
	WRITE_ONCE(wait_queue2_event, wait_queue2_event + 1);
	mutex_unlock(&wait_queue2_lock);
	wake_up(&wait_queue2_head);
	return 0;
}

static const struct kernel_param_ops wait_queue2_ops = {
	.set = wait_queue2_set,
};
module_param_cb(event, &wait_queue2_ops, NULL, 0200);
MODULE_PARM_DESC(event, "1 is an event");

/* Take the waiter's next event, and say how many have seen that one by now. */
static void wait_queue2_take(struct wait_queue2_waiter *waiter)
{
	unsigned int i, count = 0;

	mutex_lock(&wait_queue2_lock);
	waiter->seen++;
	for (i = 0; i < WAIT_QUEUE2_WAITERS; i++)
		count += wait_queue2_waiters[i].seen >= waiter->seen;
	pr_info("event %u seen by %u of %u\n", waiter->seen, count, WAIT_QUEUE2_WAITERS);
	mutex_unlock(&wait_queue2_lock);
}

static int wait_queue2_thread(void *data)
{
	struct wait_queue2_waiter *waiter = data;

	for (;;) {
		wait_event_idle(wait_queue2_head,
				READ_ONCE(wait_queue2_event) != waiter->seen ||
				kthread_should_stop());
		if (kthread_should_stop())
			return 0;
		wait_queue2_take(waiter);
	}
}

static void wait_queue2_stop(unsigned int count)
{
	while (count--)
		kthread_stop(wait_queue2_waiters[count].task);
}

static int __init wait_queue2_init(void)
{
	struct task_struct *task;
	unsigned int i;

	for (i = 0; i < WAIT_QUEUE2_WAITERS; i++) {
		task = kthread_run(wait_queue2_thread, &wait_queue2_waiters[i],
				   "wait_queue2/%u", i);
		if (IS_ERR(task)) {
			wait_queue2_stop(i);
			return PTR_ERR(task);
		}
		wait_queue2_waiters[i].task = task;
	}
	return 0;
}

static void __exit wait_queue2_exit(void)
{
	wait_queue2_stop(WAIT_QUEUE2_WAITERS);
	pr_info("stopped\n");
}

module_init(wait_queue2_init);
module_exit(wait_queue2_exit);

MODULE_DESCRIPTION("Three kernel threads that wait for one event");
MODULE_LICENSE("GPL");
