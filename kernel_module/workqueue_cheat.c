// SPDX-License-Identifier: GPL-2.0-only
/*
 * workqueue_cheat - work that is done later, by another thread.
 *
 * Idea: who cannot wait or must not sleep, such as an interrupt's function, puts
 * a work item on a queue and goes on; a thread of the kernel, which may sleep,
 * does the work soon after. Here init does so under a spinlock. At the end
 * destroy_workqueue() waits for what is queued.
 * (The name "workqueue" is taken by the kernel itself, see /sys/module.)
 *
 * Usage:
 *	insmod /workqueue_cheat.ko
 *	sleep 0.3
 *	rmmod workqueue_cheat
 *
 * Expected:
 *	workqueue_cheat: queued by insmod, twice: 1 0
 *	workqueue_cheat: done by kworker/... for insmod
 *	workqueue_cheat: exit
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: Documentation/core-api/workqueue.rst, kernel_module/work_from_work.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

static struct workqueue_struct *workqueue_cheat_queue;
static DEFINE_SPINLOCK(workqueue_cheat_lock);
/* Who asked for the work; under the lock. */
static char workqueue_cheat_by[TASK_COMM_LEN];

static void workqueue_cheat_do(struct work_struct *work)
{
	/* Nobody waits for this, so it may take its time. */
	msleep(20);
	spin_lock(&workqueue_cheat_lock);
	pr_info("done by %s for %s\n", current->comm, workqueue_cheat_by);
	spin_unlock(&workqueue_cheat_lock);
}

static DECLARE_WORK(workqueue_cheat_work, workqueue_cheat_do);

static int __init workqueue_cheat_init(void)
{
	bool first, second;

	workqueue_cheat_queue = alloc_workqueue("workqueue_cheat", 0, 0);
	if (!workqueue_cheat_queue)
		return -ENOMEM;

	spin_lock(&workqueue_cheat_lock);
	strscpy(workqueue_cheat_by, current->comm, sizeof(workqueue_cheat_by));
	first = queue_work(workqueue_cheat_queue, &workqueue_cheat_work);
	/*
	 * An item that waits already is not queued again. It does wait: its
	 * thread belongs to this CPU, and the lock keeps that from switching.
	 */
	second = queue_work(workqueue_cheat_queue, &workqueue_cheat_work);
	pr_info("queued by %s, twice: %d %d\n", current->comm, first, second);
	spin_unlock(&workqueue_cheat_lock);
	return 0;
}

static void __exit workqueue_cheat_exit(void)
{
	destroy_workqueue(workqueue_cheat_queue);
	pr_info("exit\n");
}

module_init(workqueue_cheat_init);
module_exit(workqueue_cheat_exit);

MODULE_DESCRIPTION("Work that a thread of the kernel does later");
MODULE_LICENSE("GPL");
