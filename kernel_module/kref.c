// SPDX-License-Identifier: GPL-2.0-only
/*
 * kref - the last one who has it frees it, whoever that is.
 *
 * Idea: an object that several threads use has no owner who could say when it
 * may go. So it counts who has it: kref_get() for each one more, before it is
 * handed over, and kref_put() by each who has finished. The one that brings the
 * count to zero frees the object. Here three pieces of work get it.
 *
 * Usage:
 *	insmod /kref.ko
 *	sleep 0.8
 *	rmmod kref
 *
 * Expected:
 *	kref: init lets go
 *	kref: work 1 lets go
 *	kref: work 2 lets go
 *	kref: work 0 lets go
 *	kref: nobody has it: freed
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: include/linux/kref.h, Documentation/core-api/kref.rst, rootfs_overlay/kref.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct kref_object {
	struct kref users;
};

struct kref_user {
	struct delayed_work work;
	struct kref_object *object;
	unsigned int steps; /* after how many it has finished */
};

static unsigned int step_ms = 100;
module_param(step_ms, uint, 0444);
MODULE_PARM_DESC(step_ms, "milliseconds, 100 unless given");

static struct kref_user kref_users[] = {
	{ .steps = 3 },
	{ .steps = 1 },
	{ .steps = 2 },
};

static void kref_release(struct kref *users)
{
	struct kref_object *object = container_of(users, struct kref_object, users);

	pr_info("nobody has it: freed\n");
	kfree(object);
}

static void kref_work(struct work_struct *work)
{
	struct kref_user *user = container_of(to_delayed_work(work), struct kref_user, work);

	pr_info("work %td lets go\n", user - kref_users);
	kref_put(&user->object->users, kref_release);
	/* From here on the object may be gone. */
}

static int __init kref_example_init(void)
{
	struct kref_object *object = kzalloc(sizeof(*object), GFP_KERNEL);
	int i;

	if (!object)
		return -ENOMEM;
	kref_init(&object->users); /* we have it: the count is 1 */

	for (i = 0; i < ARRAY_SIZE(kref_users); i++) {
		struct kref_user *user = &kref_users[i];

		INIT_DELAYED_WORK(&user->work, kref_work);
		/* Before the other could put it: afterwards is too late. */
		kref_get(&object->users);
		user->object = object;
		schedule_delayed_work(&user->work, msecs_to_jiffies(user->steps * step_ms));
	}

	pr_info("init lets go\n");
	kref_put(&object->users, kref_release);
	return 0;
}

static void __exit kref_example_exit(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(kref_users); i++) {
		struct kref_user *user = &kref_users[i];

		/* Work that never ran cannot let go: we do it. */
		if (cancel_delayed_work_sync(&user->work)) {
			pr_info("exit lets go for work %d\n", i);
			kref_put(&user->object->users, kref_release);
		}
	}
}

module_init(kref_example_init);
module_exit(kref_example_exit);

MODULE_DESCRIPTION("An object that is freed by its last user");
MODULE_LICENSE("GPL");
