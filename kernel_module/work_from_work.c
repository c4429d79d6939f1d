// SPDX-License-Identifier: GPL-2.0-only
/*
 * work_from_work - deferred work that queues itself again.
 *
 * Idea: a work item may queue work, itself too: with a delay this is how to do
 * something periodic that sleeps, which a timer's function must not. To end it,
 * one call takes it off the queue, waits if it runs, and lets it not come back.
 *
 * Usage:
 *	insmod /work_from_work.ko
 *	sleep 1.4
 *	rmmod work_from_work
 *
 * Expected:
 *	work_from_work: round 1
 *	work_from_work: round 2
 *	work_from_work: stopped after round 2
 *
 * Usage:
 *	insmod /work_from_work.ko interval_ms=0
 *	insmod /work_from_work.ko interval_ms=3600000
 *	sleep 0.3
 *	rmmod work_from_work
 *
 * Expected:
 *	insmod: can't insert '/work_from_work.ko': Invalid argument
 *	work_from_work: round 1
 *	work_from_work: stopped after round 1
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: Documentation/core-api/workqueue.rst, kernel_module/workqueue_cheat.c,
 *	kernel_module/timer.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/workqueue.h>

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds from the end of one round to the next, not 0");

static void work_from_work_round(struct work_struct *work);
static DECLARE_DELAYED_WORK(work_from_work_item, work_from_work_round);
static unsigned int work_from_work_rounds;

static void work_from_work_round(struct work_struct *work)
{
	pr_info("round %u\n", ++work_from_work_rounds);
	msleep(20);
	/* An item never runs twice at a time, so it may queue itself. */
	schedule_delayed_work(to_delayed_work(work), msecs_to_jiffies(interval_ms));
}

static int __init work_from_work_init(void)
{
	if (!interval_ms)
		return -EINVAL;

	schedule_delayed_work(&work_from_work_item, 0);
	return 0;
}

static void __exit work_from_work_exit(void)
{
	cancel_delayed_work_sync(&work_from_work_item);
	pr_info("stopped after round %u\n", work_from_work_rounds);
}

module_init(work_from_work_init);
module_exit(work_from_work_exit);

MODULE_DESCRIPTION("Deferred work that queues itself again");
MODULE_LICENSE("GPL");
