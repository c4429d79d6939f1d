// SPDX-License-Identifier: GPL-2.0-only
/*
 * kfifo - a queue of bytes that goes round in a fixed piece of memory.
 *
 * Idea: a kfifo has a place to put in and a place to take out, which go round;
 * its size is a power of two. One producer and one consumer need no lock between
 * them, not even an interrupt and a thread. Several of a kind need one among
 * themselves: here a mutex for those who write /dev/kfifo, one for those who read.
 *
 * Usage:
 *	insmod /kfifo.ko
 *	printf 0123456789 > /dev/kfifo
 *	dd if=/dev/kfifo bs=8 count=1 status=none
 *	printf abcdefghij > /dev/kfifo
 *	cat /dev/kfifo
 *	rmmod kfifo
 *
 * Expected:
 *	01234567
 *	89abcdefghij
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEVTMPFS
 * See: include/linux/kfifo.h, Documentation/core-api/kfifo.rst, rootfs_overlay/kfifo.sh
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kfifo.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

static DEFINE_KFIFO(kfifo_bytes, unsigned char, 16);
static DEFINE_MUTEX(kfifo_reader);
static DEFINE_MUTEX(kfifo_writer);

/* Gives what is there, up to len bytes; nothing, the end of the file, if empty. */
static ssize_t kfifo_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	unsigned int copied;
	int ret;

	if (mutex_lock_interruptible(&kfifo_reader))
		return -ERESTARTSYS;
	ret = kfifo_to_user(&kfifo_bytes, buf, len, &copied);
	mutex_unlock(&kfifo_reader);
	/* Not "ret ? ret : copied": that is unsigned, and no error any more. */
	if (ret)
		return ret;
	return copied;
}

/* Takes as many bytes as there is room for; -ENOSPC if there is none. */
static ssize_t kfifo_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	unsigned int copied;
	int ret;

	if (mutex_lock_interruptible(&kfifo_writer))
		return -ERESTARTSYS;
	ret = kfifo_from_user(&kfifo_bytes, buf, len, &copied);
	mutex_unlock(&kfifo_writer);
	if (ret)
		return ret;
	if (len && !copied)
		return -ENOSPC;
	return copied;
}

static const struct file_operations kfifo_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.read = kfifo_read,
	.write = kfifo_write,
};

static struct miscdevice kfifo_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &kfifo_fops,
};

module_misc_device(kfifo_misc); /* init and exit, when they would do no more */

MODULE_DESCRIPTION("A queue of 16 bytes behind a device");
MODULE_LICENSE("GPL");
