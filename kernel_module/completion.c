// SPDX-License-Identifier: GPL-2.0-only
/*
 * completion - wait until someone else has finished, but not for ever.
 *
 * Idea: a completion is "done once or not yet". One side sleeps on it, the other
 * calls complete(), in either order. Here insmod waits for work that runs in
 * another thread; if that takes too long, insmod gives up with ETIMEDOUT, and
 * must first make sure that the work will not touch a module that is gone.
 *
 * Usage:
 *	insmod /completion.ko
 *	rmmod completion
 *	/myinsmod.out /completion.ko 'work_ms=10000 timeout_ms=50'
 *
 * Expected:
 *	completion: waiting
 *	completion: the work is done
 *	completion: the result is 42
 *	finit_module: Connection timed out
 *	completion: waiting
 *	completion: no result in 50 ms
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: include/linux/completion.h, Documentation/scheduler/completion.rst,
 *	kernel_module/user/myinsmod.c (BusyBox's insmod would try twice)
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/workqueue.h>

static unsigned int work_ms = 50;
module_param(work_ms, uint, 0444);
MODULE_PARM_DESC(work_ms, "milliseconds until the work is done, 50 unless given");

static unsigned int timeout_ms = 5000;
module_param(timeout_ms, uint, 0444);
MODULE_PARM_DESC(timeout_ms, "milliseconds to wait for it, 5000 unless given");

static DECLARE_COMPLETION(completion_finished);
static int completion_result;

static void completion_work(struct work_struct *work)
{
	completion_result = 42;
	pr_info("the work is done\n");
	/* Whoever wakes sees all that was written before. */
	complete(&completion_finished);
}

static DECLARE_DELAYED_WORK(completion_delayed, completion_work);

static int __init completion_init(void)
{
	long left;

	schedule_delayed_work(&completion_delayed, msecs_to_jiffies(work_ms));
	pr_info("waiting\n");

	/* Jiffies that were left, 0 for none, or an error: insmod can be killed. */
	left = wait_for_completion_killable_timeout(&completion_finished,
						    msecs_to_jiffies(timeout_ms));
	if (left > 0) {
		pr_info("the result is %d\n", completion_result);
		return 0;
	}

	/* The module is about to be freed, with the work in it. */
	cancel_delayed_work_sync(&completion_delayed);
	if (left < 0)
		return left;
	pr_info("no result in %u ms\n", timeout_ms);
	return -ETIMEDOUT;
}

static void __exit completion_exit(void)
{
	/* complete() may have woken us before the work returned. */
	cancel_delayed_work_sync(&completion_delayed);
}

module_init(completion_init);
module_exit(completion_exit);

MODULE_DESCRIPTION("Waits at insertion for work in another thread");
MODULE_LICENSE("GPL");
