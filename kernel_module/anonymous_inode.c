// SPDX-License-Identifier: GPL-2.0-only
/*
 * anonymous_inode - a file descriptor of a file that has no name.
 *
 * Idea: an open file needs operations and some data, but no name: eventfd,
 * epoll and KVM's machines are such files. A command to a device makes one, a
 * counter here, whose data live until the last descriptor is closed. Once the
 * descriptor is there, user space can use it: nothing may fail after that.
 *
 * Usage:
 *	insmod /anonymous_inode.ko
 *	/anonymous_inode.out 10 20
 *	rmmod anonymous_inode
 *
 * Expected:
 *	anon_inode:[anonymous_inode]
 *	10
 *	20
 *	11
 *	21
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEVTMPFS
 * See: include/linux/anon_inodes.h, kernel_module/anonymous_inode.h,
 *	kernel_module/user/anonymous_inode.c
 */
#include <linux/anon_inodes.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "anonymous_inode.h"

/* The largest number, a line feed. */
#define ANONYMOUS_INODE_LINE sizeof("4294967295\n")

struct anonymous_inode_counter {
	struct mutex lock;	/* several threads may read one descriptor */
	u32 next;
};

/* A buffer that is too small for the line is EINVAL, and counts nothing. */
static ssize_t anonymous_inode_read(struct file *file, char __user *user, size_t size,
				    loff_t *ppos)
{
	struct anonymous_inode_counter *counter = file->private_data;
	char line[ANONYMOUS_INODE_LINE];
	ssize_t length;

	mutex_lock(&counter->lock);
	length = scnprintf(line, sizeof(line), "%u\n", counter->next);
	if (size < length)
		length = -EINVAL;
	else if (copy_to_user(user, line, length))
		length = -EFAULT;
	else
		counter->next++;
	mutex_unlock(&counter->lock);
	return length;
}

static int anonymous_inode_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations anonymous_inode_counter_fops = {
	/* Each descriptor holds the module. */
	.owner = THIS_MODULE,
	.read = anonymous_inode_read,
	.release = anonymous_inode_release,
};

static long anonymous_inode_get(const u32 __user *user)
{
	struct anonymous_inode_counter *counter;
	u32 first;
	int fd;

	if (get_user(first, user))
		return -EFAULT;

	counter = kmalloc(sizeof(*counter), GFP_KERNEL);
	if (!counter)
		return -ENOMEM;
	mutex_init(&counter->lock);
	counter->next = first;

	fd = anon_inode_getfd("[anonymous_inode]", &anonymous_inode_counter_fops, counter,
			      O_RDONLY | O_CLOEXEC);
	/* From now on release() frees it, but for an error. */
	if (fd < 0)
		kfree(counter);
	return fd;
}

static long anonymous_inode_command(struct file *file, unsigned int command, unsigned long arg)
{
	if (command != ANONYMOUS_INODE_GET)
		return -ENOTTY;
	return anonymous_inode_get((const u32 __user *)arg);
}

static const struct file_operations anonymous_inode_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = anonymous_inode_command,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice anonymous_inode_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &anonymous_inode_fops,
};

module_misc_device(anonymous_inode_device);

MODULE_DESCRIPTION("A file descriptor of a file that has no name");
MODULE_LICENSE("GPL");
