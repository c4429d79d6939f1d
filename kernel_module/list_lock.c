// SPDX-License-Identifier: GPL-2.0-only
/*
 * list_lock - two workers fill one list, and no number comes twice.
 *
 * Idea: what a lock protects is not the list but a promise about it, here "each
 * number once". Looking whether a number is there and adding it must be one
 * step, so one lock is held over both. A mutex lets its holder sleep, as is done
 * here on purpose between the two; a spinlock would be for interrupts.
 *
 * Usage:
 *	insmod /list_lock.ko
 *	rmmod list_lock
 *
 * Expected:
 *	list_lock: the workers tried 40 times
 *	list_lock: added 20
 *	list_lock: the list has 20
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: include/linux/list.h, Documentation/locking/mutex-design.rst
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#define LIST_LOCK_NUMBERS 20

struct list_lock_entry {
	struct list_head node; /* the list is made of these, inside of the entries */
	int number;
};

static LIST_HEAD(list_lock_list);
static DEFINE_MUTEX(list_lock_mutex); /* the list, and that each number is there once */

struct list_lock_worker {
	struct work_struct work;
	int added; /* numbers, or an error */
};

static bool list_lock_has(int number)
{
	struct list_lock_entry *entry;

	list_for_each_entry(entry, &list_lock_list, node)
		if (entry->number == number)
			return true;
	return false;
}

/* Adds the number unless it is there. Gives 1, 0 or an error. */
static int list_lock_add(int number)
{
	struct list_lock_entry *entry;
	int ret = 0;

	mutex_lock(&list_lock_mutex);
	if (list_lock_has(number))
		goto out_unlock;
	usleep_range(100, 200); /* an invitation to the other worker */
	ret = -ENOMEM;
	entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		goto out_unlock;
	entry->number = number;
	list_add_tail(&entry->node, &list_lock_list);
	ret = 1;
out_unlock:
	mutex_unlock(&list_lock_mutex);
	return ret;
}

static void list_lock_work(struct work_struct *work)
{
	struct list_lock_worker *worker = container_of(work, struct list_lock_worker, work);
	int number, ret;

	for (number = 0; number < LIST_LOCK_NUMBERS; number++) {
		ret = list_lock_add(number);
		if (ret < 0) {
			worker->added = ret;
			return;
		}
		worker->added += ret;
	}
}

static void list_lock_free(void)
{
	struct list_lock_entry *entry, *next;

	/* The safe form knows the next one before this one is gone. */
	list_for_each_entry_safe(entry, next, &list_lock_list, node) {
		list_del(&entry->node);
		kfree(entry);
	}
}

static int __init list_lock_init(void)
{
	static struct list_lock_worker workers[2];
	struct list_lock_entry *entry;
	int i, added = 0, entries = 0, ret = 0;

	for (i = 0; i < ARRAY_SIZE(workers); i++) {
		INIT_WORK(&workers[i].work, list_lock_work);
		/* Not bound to a CPU: both can be under way at once. */
		queue_work(system_unbound_wq, &workers[i].work);
	}
	for (i = 0; i < ARRAY_SIZE(workers); i++) {
		flush_work(&workers[i].work); /* waits for the end */
		if (workers[i].added < 0)
			ret = workers[i].added;
		else
			added += workers[i].added;
	}
	if (ret) {
		list_lock_free();
		return ret;
	}

	/* Nobody else is there any more; a lock would do no harm. */
	list_for_each_entry(entry, &list_lock_list, node)
		entries++;
	pr_info("the workers tried %d times\n", 2 * LIST_LOCK_NUMBERS);
	pr_info("added %d\n", added);
	pr_info("the list has %d\n", entries);
	return 0;
}

static void __exit list_lock_exit(void)
{
	list_lock_free();
}

module_init(list_lock_init);
module_exit(list_lock_exit);

MODULE_DESCRIPTION("Two workers add numbers to one list");
MODULE_LICENSE("GPL");
