// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll - a file that becomes readable every second.
 *
 * Idea: poll() asks a driver two things: which queue will be woken when
 * something changes, and what is possible now. poll_wait() only notes the queue,
 * it does not wait. The same condition and the same queue serve a read() that
 * sleeps. Here each who opens the file gets a timer, and can read its ticks.
 *
 * Usage:
 *	insmod /poll.ko
 *	/poll.out 2
 *	rmmod poll
 *
 * Expected:
 *	read: Resource temporarily unavailable
 *	poll: nothing
 *	poll: readable
 *	tick 1
 *	poll: readable
 *	tick 2
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEVTMPFS
 * See: include/linux/poll.h, kernel_module/user/poll.c,
 *	rootfs_overlay/poll.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#define POLL_MAX_MS (24 * 60 * 60 * 1000)

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds from one tick to the next, from 1 to one day");

/* One for each open file. */
struct poll_reader {
	wait_queue_head_t queue;
	struct timer_list timer;
	atomic_t unread;	/* ticks that are yet to be read */
	atomic_t tick;		/* the last one that was */
};

static void poll_tick(struct timer_list *timer)
{
	struct poll_reader *reader = container_of(timer, struct poll_reader, timer);

	/* Who never reads loses ticks in the end, but the count does not wrap. */
	atomic_add_unless(&reader->unread, 1, INT_MAX);
	wake_up_interruptible(&reader->queue);
	mod_timer(timer, timer->expires + msecs_to_jiffies(interval_ms));
}

static int poll_open(struct inode *inode, struct file *file)
{
	struct poll_reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return -ENOMEM;
	init_waitqueue_head(&reader->queue);
	timer_setup(&reader->timer, poll_tick, 0);
	mod_timer(&reader->timer, jiffies + msecs_to_jiffies(interval_ms));
	file->private_data = reader;
	/* There is no position in a stream, so nothing to seek. */
	return stream_open(inode, file);
}

static int poll_release(struct inode *inode, struct file *file)
{
	struct poll_reader *reader = file->private_data;

	timer_shutdown_sync(&reader->timer);
	kfree(reader);
	return 0;
}

/* If there is a tick, take it: threads that share the file get others. */
static bool poll_take(struct poll_reader *reader)
{
	return atomic_dec_if_positive(&reader->unread) >= 0;
}

/*
 * One line a call. EAGAIN if there is none and the file is non-blocking, EINVAL
 * if the buffer is too small for any line; a line that goes to a bad address is
 * EFAULT, and lost.
 */
static ssize_t poll_read(struct file *file, char __user *user, size_t size, loff_t *ppos)
{
	struct poll_reader *reader = file->private_data;
	char line[sizeof("tick 4294967295\n")];
	int err, length;

	if (size < sizeof(line) - 1)
		return -EINVAL;

	if (file->f_flags & O_NONBLOCK) {
		if (!poll_take(reader))
			return -EAGAIN;
	} else {
		err = wait_event_interruptible(reader->queue, poll_take(reader));
		if (err)
			return err;
	}

	length = scnprintf(line, sizeof(line), "tick %u\n", atomic_inc_return(&reader->tick));
	return copy_to_user(user, line, length) ? -EFAULT : length;
}

static __poll_t poll_poll(struct file *file, poll_table *table)
{
	struct poll_reader *reader = file->private_data;

	/* First the queue, then the look: a tick in between is not missed. */
	poll_wait(file, &reader->queue, table);
	return atomic_read(&reader->unread) ? EPOLLIN | EPOLLRDNORM : 0;
}

static const struct file_operations poll_fops = {
	/* While a file is open the module stays: nobody is left waiting. */
	.owner = THIS_MODULE,
	.open = poll_open,
	.release = poll_release,
	.read = poll_read,
	.poll = poll_poll,
};

static struct miscdevice poll_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &poll_fops,
};

static int __init poll_init(void)
{
	if (!interval_ms || interval_ms > POLL_MAX_MS)
		return -EINVAL;
	return misc_register(&poll_device);
}

static void __exit poll_exit(void)
{
	misc_deregister(&poll_device);
}

module_init(poll_init);
module_exit(poll_exit);

MODULE_DESCRIPTION("A file that becomes readable every second");
MODULE_LICENSE("GPL");
