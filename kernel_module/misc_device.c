// SPDX-License-Identifier: GPL-2.0-only
/*
 * misc_device - the short way to a character device: one call and it is in /dev.
 *
 * Idea: misc_register() brings the minor number, the node in /dev and the entry
 * in /sys/class/misc. The files of the device find its data from the struct
 * miscdevice, which open() puts into file->private_data. This device keeps the
 * last message that was written, whole or not at all, for every reader.
 *
 * Usage:
 *	insmod /misc_device.ko
 *	cat /dev/misc_device
 *	echo ahoj > /dev/misc_device
 *	cat /dev/misc_device
 *	rmmod misc_device
 *
 * Expected:
 *	nothing yet
 *	ahoj
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEVTMPFS
 * See: include/linux/miscdevice.h, rootfs_overlay/misc_device.sh
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/uaccess.h>

struct misc_device_box {
	struct miscdevice misc;
	struct mutex lock; /* text and size belong together */
	size_t size;
	char text[64];
};

static struct misc_device_box *misc_device_box_of(struct file *file)
{
	return container_of(file->private_data, struct misc_device_box, misc);
}

static ssize_t misc_device_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct misc_device_box *box = misc_device_box_of(file);
	ssize_t ret;

	if (mutex_lock_interruptible(&box->lock))
		return -ERESTARTSYS;
	ret = simple_read_from_buffer(buf, len, pos, box->text, box->size);
	mutex_unlock(&box->lock);
	return ret;
}

/* Takes one message of up to 64 bytes; a longer one is -EMSGSIZE. */
static ssize_t misc_device_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct misc_device_box *box = misc_device_box_of(file);
	char text[sizeof(box->text)];

	if (len > sizeof(text))
		return -EMSGSIZE;
	/* Copied aside first: a bad address must not leave half a message. */
	if (copy_from_user(text, buf, len))
		return -EFAULT;

	if (mutex_lock_interruptible(&box->lock))
		return -ERESTARTSYS;
	memcpy(box->text, text, len);
	box->size = len;
	mutex_unlock(&box->lock);
	return len;
}

static const struct file_operations misc_device_fops = {
	.owner = THIS_MODULE, /* an open file keeps the module */
	.read = misc_device_read,
	.write = misc_device_write,
	.llseek = default_llseek,
};

static struct misc_device_box misc_device_box = {
	.misc = {
		.minor = MISC_DYNAMIC_MINOR,
		.name = KBUILD_MODNAME,
		.fops = &misc_device_fops,
		.mode = 0666,
	},
	.lock = __MUTEX_INITIALIZER(misc_device_box.lock),
	.size = 12,
	.text = "nothing yet\n",
};

static int __init misc_device_init(void)
{
	return misc_register(&misc_device_box.misc);
}

static void __exit misc_device_exit(void)
{
	misc_deregister(&misc_device_box.misc);
}

module_init(misc_device_init);
module_exit(misc_device_exit);

MODULE_DESCRIPTION("A device in /dev that keeps the last message");
MODULE_LICENSE("GPL");
