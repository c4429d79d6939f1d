// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring - commands to a device that complete later, through an io_uring.
 *
 * Idea: an ioctl keeps its caller until it is done. By ->uring_cmd a program
 * hands over many commands with one system call, or none, and collects the
 * results as they come. The driver says -EIOCBQUEUED, "you will hear of me", and
 * completes the command by io_uring_cmd_done(). Here a command asks for a number
 * after some milliseconds: they do not come back in the order of submission.
 *
 * Usage:
 *	insmod /uring.ko
 *	/uring.out 300 1 100 2 200 3
 *	/uring.out 1001 1
 *	rmmod uring
 *
 * Expected:
 *	command 1: 2
 *	command 2: 3
 *	command 0: 1
 *	command 0: Numerical result out of range
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_IO_URING, CONFIG_DEVTMPFS
 * See: io_uring/uring_cmd.c, kernel_module/user/uring.c, rootfs_overlay/uring.sh
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <linux/workqueue.h>

/* 6.8 moved the header, and has the submission itself where the command was. */
#if KERNEL_VERSION(6, 8, 0) <= LINUX_VERSION_CODE
#include <linux/io_uring/cmd.h>
static const void *uring_payload(const struct io_uring_cmd *cmd)
{
	return io_uring_sqe_cmd(cmd->sqe);
}
#else
#include <linux/io_uring.h>
static const void *uring_payload(const struct io_uring_cmd *cmd)
{
	return cmd->cmd;
}
#endif

#include "uring.h"

struct uring_pending {
	struct delayed_work work;
	struct io_uring_cmd *cmd;
	u32 value;
};

static struct workqueue_struct *uring_queue;

/* Runs in the thread that submitted, where a completion can be posted cheaply. */
static void uring_complete(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	u32 value = *(u32 *)cmd->pdu;

	io_uring_cmd_done(cmd, value, 0, issue_flags);
}

static void uring_work(struct work_struct *work)
{
	struct uring_pending *pending =
		container_of(to_delayed_work(work), struct uring_pending, work);
	struct io_uring_cmd *cmd = pending->cmd;

	/* Of the command itself 32 bytes are the driver's. */
	*(u32 *)cmd->pdu = pending->value;
	kfree(pending);
	io_uring_cmd_complete_in_task(cmd, uring_complete);
}

static int uring_cmd(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	const struct uring_delay *shared = uring_payload(cmd);
	struct uring_pending *pending;
	u32 ms, value;

	if (cmd->cmd_op != URING_CMD_DELAY)
		return -ENOTTY;
	/*
	 * The program can write to this memory all the time: read each number
	 * once, check what was read, and not at all after we return.
	 */
	ms = READ_ONCE(shared->ms);
	value = READ_ONCE(shared->value);
	if (READ_ONCE(shared->reserved))
		return -EINVAL;
	if (ms > URING_DELAY_MAX || value > S32_MAX)
		return -ERANGE;

	pending = kzalloc(sizeof(*pending), GFP_KERNEL);
	if (!pending)
		return -ENOMEM;
	pending->cmd = cmd;
	pending->value = value;
	INIT_DELAYED_WORK(&pending->work, uring_work);
	queue_delayed_work(uring_queue, &pending->work, msecs_to_jiffies(ms));
	return -EIOCBQUEUED;
}

static const struct file_operations uring_fops = {
	.owner = THIS_MODULE, /* a command under way has the file, and so the module */
	.uring_cmd = uring_cmd,
};

static struct miscdevice uring_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &uring_fops,
};

static int __init uring_init(void)
{
	int ret;

	uring_queue = alloc_workqueue("uring", 0, 0);
	if (!uring_queue)
		return -ENOMEM;
	ret = misc_register(&uring_misc);
	if (ret)
		destroy_workqueue(uring_queue);
	return ret;
}

static void __exit uring_exit(void)
{
	misc_deregister(&uring_misc);
	/* The last completion may be out while uring_work() still returns. */
	destroy_workqueue(uring_queue);
}

module_init(uring_init);
module_exit(uring_exit);

MODULE_DESCRIPTION("Commands that complete after a while, by io_uring");
MODULE_LICENSE("GPL");
