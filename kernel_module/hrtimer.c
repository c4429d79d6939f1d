// SPDX-License-Identifier: GPL-2.0-only
/*
 * hrtimer - a timer that is exact to microseconds, not to ticks.
 *
 * Idea: timer_list counts jiffies of 1 to 10 ms. An hrtimer programs the clock's
 * next interrupt for the very nanosecond. Its function says when to come again:
 * from when it should have run, not from when it did, so that lateness does not
 * add up. On a busy machine periods are missed; they are counted, too.
 *
 * Usage:
 *	insmod /hrtimer.ko period_us=500
 *	sleep 0.5
 *	rmmod hrtimer
 *	/myinsmod.out /hrtimer.ko period_us=99
 *
 * Expected:
 *	hrtimer: 200 periods of 500 us, the last ended at ... us
 *	hrtimer: late by up to ... us
 *	finit_module: Numerical result out of range
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_HIGH_RES_TIMERS
 * See: include/linux/hrtimer.h, Documentation/timers/hrtimers.rst
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

#define HRTIMER_EXAMPLE_PERIODS 200

static unsigned int period_us = 1000;
module_param(period_us, uint, 0444);
MODULE_PARM_DESC(period_us, "microseconds, 100 to 10000, 1000 unless given");

static struct hrtimer hrtimer_example;
static ktime_t hrtimer_example_start;
static s64 hrtimer_example_late; /* us */
static u64 hrtimer_example_periods;

/* Runs in the clock's interrupt. */
static enum hrtimer_restart hrtimer_example_tick(struct hrtimer *timer)
{
	ktime_t now = ktime_get(), period = ns_to_ktime(period_us * NSEC_PER_USEC);
	s64 late = ktime_us_delta(now, hrtimer_get_expires(timer));

	if (late > hrtimer_example_late)
		hrtimer_example_late = late;

	/* To the first end of a period after now; gives how many that were. */
	hrtimer_example_periods += hrtimer_forward(timer, now, period);
	if (hrtimer_example_periods < HRTIMER_EXAMPLE_PERIODS)
		return HRTIMER_RESTART;

	pr_info("%d periods of %u us, the last ended at %lld us\n", HRTIMER_EXAMPLE_PERIODS,
		period_us, ktime_us_delta(now, hrtimer_example_start));
	return HRTIMER_NORESTART;
}

static int __init hrtimer_example_init(void)
{
	if (period_us < 100 || period_us > 10000)
		return -ERANGE;

	hrtimer_init(&hrtimer_example, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_example.function = hrtimer_example_tick;
	hrtimer_example_start = ktime_get();
	hrtimer_start(&hrtimer_example, ns_to_ktime(period_us * NSEC_PER_USEC), HRTIMER_MODE_REL);
	return 0;
}

static void __exit hrtimer_example_exit(void)
{
	hrtimer_cancel(&hrtimer_example); /* waits for the function, too */
	pr_info("late by up to %lld us\n", hrtimer_example_late);
}

module_init(hrtimer_example_init);
module_exit(hrtimer_example_exit);

MODULE_DESCRIPTION("Counts short periods with a high-resolution timer");
MODULE_LICENSE("GPL");
