// SPDX-License-Identifier: GPL-2.0-only
/*
 * timer - a function that the kernel calls each second.
 *
 * Idea: a timer fires once; to be periodic, its function sets it again. The
 * function runs in an interrupt, so it must not sleep. To count from the time
 * that was asked for, not from now, keeps the delays from adding up. At the end
 * timer_shutdown_sync() waits for the function and refuses to be set again.
 *
 * Usage:
 *	insmod /timer.ko interval_ms=1500
 *	sleep 3.5
 *	rmmod timer
 *	sleep 1.5
 *
 * Expected:
 *	timer: tick 1
 *	timer: tick 2
 *	timer: stopped after tick 2
 *
 * Usage:
 *	insmod /timer.ko interval_ms=0
 *	insmod /timer.ko interval_ms=86400001
 *	insmod /timer.ko interval_ms=86400000
 *	rmmod timer
 *
 * Expected:
 *	insmod: can't insert '/timer.ko': Invalid argument
 *	insmod: can't insert '/timer.ko': Invalid argument
 *	timer: stopped after tick 0
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: include/linux/timer.h, kernel_module/work_from_work.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/timer.h>

/* More than a day is a mistake, and jiffies must stay comparable. */
#define TIMER_MAX_MS (24 * 60 * 60 * 1000)

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds from one tick to the next, from 1 to one day");

static struct timer_list timer_each;
static unsigned int timer_ticks;

static void timer_tick(struct timer_list *timer)
{
	pr_info("tick %u\n", ++timer_ticks);
	mod_timer(timer, timer->expires + msecs_to_jiffies(interval_ms));
}

static int __init timer_module_init(void)
{
	if (!interval_ms || interval_ms > TIMER_MAX_MS)
		return -EINVAL;

	timer_setup(&timer_each, timer_tick, 0);
	mod_timer(&timer_each, jiffies + msecs_to_jiffies(interval_ms));
	return 0;
}

static void __exit timer_module_exit(void)
{
	timer_shutdown_sync(&timer_each);
	/* The function cannot run any more: no lock for its counter. */
	pr_info("stopped after tick %u\n", timer_ticks);
}

module_init(timer_module_init);
module_exit(timer_module_exit);

MODULE_DESCRIPTION("A timer that fires once a second");
MODULE_LICENSE("GPL");
