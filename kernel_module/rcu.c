// SPDX-License-Identifier: GPL-2.0-only
/*
 * rcu - a reader keeps what it found while others already see the new value.
 *
 * Idea: readers of a pointer take no lock. Who replaces the pointer may not free
 * the old object at once, for a reader may be looking at it; call_rcu() frees it
 * when all readers that could have found it are through. Here a timer replaces
 * the value in the middle of a reader, and the order of the messages shows it.
 *
 * Usage:
 *	insmod /rcu.ko
 *	sleep 0.5
 *	rmmod rcu
 *
 * Expected:
 *	rcu: the reader finds 1
 *	rcu: 1 is replaced by 2
 *	rcu: the reader still has 1
 *	rcu: the next reader finds 2
 *	rcu: 1 is freed
 *	rcu: 2 is freed
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: include/linux/rcupdate.h, Documentation/RCU/whatisRCU.rst
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

struct rcu_example {
	struct rcu_head head; /* what call_rcu() needs until then */
	int value;
};

/* Sparse, and a debug kernel, complain of a look at it without rcu_dereference(). */
static struct rcu_example __rcu *rcu_example_shared;
/* Allocated beforehand, where sleeping is allowed. */
static struct rcu_example *rcu_example_next;

static void rcu_example_free(struct rcu_head *head)
{
	struct rcu_example *box = container_of(head, struct rcu_example, head);

	pr_info("%d is freed\n", box->value);
	box->value = -1; /* who sees this has come too late */
	kfree(box);
}

/* The only writer; several would need a lock between themselves. */
static enum hrtimer_restart rcu_example_replace(struct hrtimer *timer)
{
	struct rcu_example *old = rcu_dereference_protected(rcu_example_shared, true);

	pr_info("%d is replaced by %d\n", old->value, rcu_example_next->value);
	/* Whoever sees the pointer sees what was written before, too. */
	rcu_assign_pointer(rcu_example_shared, rcu_example_next);
	call_rcu(&old->head, rcu_example_free);
	return HRTIMER_NORESTART;
}

/* Its function is called by the interrupt itself, whatever else waits to run. */
static struct hrtimer rcu_example_timer;

static int rcu_example_value(void)
{
	int value;

	rcu_read_lock();
	value = rcu_dereference(rcu_example_shared)->value;
	rcu_read_unlock();
	return value;
}

static void rcu_example_read_slowly(void)
{
	unsigned long end = jiffies + HZ;
	struct rcu_example *box;

	rcu_read_lock();
	box = rcu_dereference(rcu_example_shared);
	pr_info("the reader finds %d\n", box->value);
	/* A reader may not sleep; this one is slow until the timer has been. */
	hrtimer_start(&rcu_example_timer, ms_to_ktime(1), HRTIMER_MODE_REL);
	while (rcu_access_pointer(rcu_example_shared) == box && time_before(jiffies, end))
		cpu_relax();
	pr_info("the reader still has %d\n", box->value);
	rcu_read_unlock();
	/* From here on box may be gone. */
}

static int __init rcu_example_init(void)
{
	struct rcu_example *box = kzalloc(sizeof(*box), GFP_KERNEL);

	rcu_example_next = kzalloc(sizeof(*rcu_example_next), GFP_KERNEL);
	if (!box || !rcu_example_next) {
		kfree(box);
		kfree(rcu_example_next);
		return -ENOMEM;
	}
	box->value = 1;
	rcu_example_next->value = 2;
	rcu_assign_pointer(rcu_example_shared, box);
	hrtimer_init(&rcu_example_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	rcu_example_timer.function = rcu_example_replace;

	rcu_example_read_slowly();
	pr_info("the next reader finds %d\n", rcu_example_value());
	return 0;
}

static void __exit rcu_example_exit(void)
{
	struct rcu_example *box;

	hrtimer_cancel(&rcu_example_timer);
	/* Nobody reads or writes any more. */
	box = rcu_dereference_protected(rcu_example_shared, true);
	RCU_INIT_POINTER(rcu_example_shared, NULL);
	call_rcu(&box->head, rcu_example_free);
	/* rcu_example_free() is code of this module: wait until it has run for the last time. */
	rcu_barrier();
}

module_init(rcu_example_init);
module_exit(rcu_example_exit);

MODULE_DESCRIPTION("Replaces a value under the eyes of a reader");
MODULE_LICENSE("GPL");
