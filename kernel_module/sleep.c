// SPDX-License-Identifier: GPL-2.0-only
/*
 * sleep - ways for a kernel thread to sleep.
 *
 * Idea: usleep_range() is for microseconds, by an exact timer and with room to
 * share a wake-up with others; msleep() is for milliseconds, in ticks of the
 * kernel, rounded up. Both sleep to the end whatever happens. A long sleep has
 * to end when the thread should stop, which takes schedule_timeout().
 *
 * Usage:
 *	insmod /sleep.ko
 *	sleep 1
 *	rmmod sleep
 *
 * Expected:
 *	sleep: usleep_range of 1 ms lasted long enough
 *	sleep: msleep of 100 ms lasted long enough
 *	sleep: sleeping for 3600000 ms
 *	sleep: woken early, to stop
 *
 * Usage:
 *	insmod /sleep.ko long_ms=100
 *	sleep 0.6
 *	rmmod sleep
 *
 * Expected:
 *	sleep: usleep_range of 1 ms lasted long enough
 *	sleep: msleep of 100 ms lasted long enough
 *	sleep: sleeping for 100 ms
 *	sleep: slept to the end
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: Documentation/timers/timers-howto.rst, kernel_module/wait_queue.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sched.h>

#define SLEEP_SHORT_MS 1
#define SLEEP_MS 100

static unsigned int long_ms = 60 * 60 * 1000;
module_param(long_ms, uint, 0444);
MODULE_PARM_DESC(long_ms, "milliseconds of the long sleep, an hour unless given");

static struct task_struct *sleep_task;

static void sleep_judge(const char *how, ktime_t begin, s64 ms)
{
	s64 slept_us = ktime_us_delta(ktime_get(), begin);

	pr_info("%s of %lld ms lasted %s\n", how, ms,
		slept_us < ms * USEC_PER_MSEC ? "too short" : "long enough");
}

/* Returns what was left of the time when the thread was told to stop, or 0. */
static long sleep_until_stop(long left)
{
	for (;;) {
		/* Not uninterruptible: that would count as load, and as hung. */
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop() || !left)
			break;
		left = schedule_timeout(left);
	}
	__set_current_state(TASK_RUNNING);
	return left;
}

static int sleep_thread(void *unused)
{
	ktime_t begin;

	begin = ktime_get();
	usleep_range(SLEEP_SHORT_MS * USEC_PER_MSEC, 2 * SLEEP_SHORT_MS * USEC_PER_MSEC);
	sleep_judge("usleep_range", begin, SLEEP_SHORT_MS);

	begin = ktime_get();
	msleep(SLEEP_MS);
	sleep_judge("msleep", begin, SLEEP_MS);

	pr_info("sleeping for %u ms\n", long_ms);
	if (sleep_until_stop(msecs_to_jiffies(long_ms))) {
		pr_info("woken early, to stop\n");
		return 0;
	}
	pr_info("slept to the end\n");
	/* kthread_stop() is yet to come, and needs a thread that is there. */
	sleep_until_stop(MAX_SCHEDULE_TIMEOUT);
	return 0;
}

static int __init sleep_init(void)
{
	sleep_task = kthread_run(sleep_thread, NULL, "sleep");
	return PTR_ERR_OR_ZERO(sleep_task);
}

static void __exit sleep_exit(void)
{
	kthread_stop(sleep_task);
}

module_init(sleep_init);
module_exit(sleep_exit);

MODULE_DESCRIPTION("A kernel thread that sleeps in three ways");
MODULE_LICENSE("GPL");
