// SPDX-License-Identifier: GPL-2.0-only
/*
 * character_device_create - devices that appear in /dev by themselves.
 *
 * Idea: to the numbers of a character device comes an entry in /sys/class. From
 * that devtmpfs takes name and numbers and makes the file in /dev, and udev gets
 * an event. All is ready before the first of them can be opened, and in the end
 * it goes in the opposite order.
 *
 * Usage:
 *	insmod /character_device_create.ko count=2
 *	ls /dev/character_device_create*
 *	cat /dev/character_device_create0 /dev/character_device_create1
 *	ls /sys/class/character_device_create
 *	rmmod character_device_create
 *	ls /dev/character_device_create*
 *
 * Expected:
 *	/dev/character_device_create0
 *	/dev/character_device_create1
 *	this is device 0
 *	this is device 1
 *	character_device_create0
 *	character_device_create1
 *	ls: /dev/character_device_create*: No such file or directory
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS, CONFIG_DEVTMPFS
 * See: drivers/base/core.c, drivers/base/devtmpfs.c, kernel_module/character_device.c,
 *	rootfs_overlay/character_device_create.sh
 */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/types.h>

#define CHARACTER_DEVICE_CREATE_MOST 8

static unsigned int count = 1;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "how many devices there are, 1 to 8, 1 unless given");

static dev_t character_device_create_first;
static struct cdev character_device_create_cdev;

/* class_create() has other arguments since Linux 6.4; this is always the same. */
static struct class character_device_create_class = {
	.name = KBUILD_MODNAME,
};

static ssize_t character_device_create_read(struct file *file, char __user *to, size_t len,
					    loff_t *pos)
{
	char text[sizeof("this is device 4294967295\n")];
	unsigned int device = iminor(file_inode(file)) - MINOR(character_device_create_first);
	int n;

	n = scnprintf(text, sizeof(text), "this is device %u\n", device);
	return simple_read_from_buffer(to, len, pos, text, n);
}

static const struct file_operations character_device_create_fops = {
	.owner = THIS_MODULE,	/* no rmmod while a device is open */
	.read = character_device_create_read,
	.llseek = default_llseek,
};

/* Takes the first n devices away. */
static void character_device_create_destroy(unsigned int n)
{
	while (n--)
		device_destroy(&character_device_create_class, character_device_create_first + n);
}

static int __init character_device_create_devices(void)
{
	struct device *device;
	unsigned int i;

	for (i = 0; i < count; i++) {
		device = device_create(&character_device_create_class, NULL,
				       character_device_create_first + i, NULL,
				       KBUILD_MODNAME "%u", i);
		if (IS_ERR(device)) {
			character_device_create_destroy(i);
			return PTR_ERR(device);
		}
	}
	return 0;
}

static int __init character_device_create_init(void)
{
	int err;

	if (!count || count > CHARACTER_DEVICE_CREATE_MOST)
		return -EINVAL;
	err = alloc_chrdev_region(&character_device_create_first, 0, count, KBUILD_MODNAME);
	if (err)
		return err;
	cdev_init(&character_device_create_cdev, &character_device_create_fops);
	character_device_create_cdev.owner = THIS_MODULE;
	err = cdev_add(&character_device_create_cdev, character_device_create_first, count);
	if (err)
		goto out_region;
	err = class_register(&character_device_create_class);
	if (err)
		goto out_cdev;
	err = character_device_create_devices();
	if (err)
		goto out_class;
	return 0;

out_class:
	class_unregister(&character_device_create_class);
out_cdev:
	cdev_del(&character_device_create_cdev);
out_region:
	unregister_chrdev_region(character_device_create_first, count);
	return err;
}

static void __exit character_device_create_exit(void)
{
	character_device_create_destroy(count);
	class_unregister(&character_device_create_class);
	cdev_del(&character_device_create_cdev);
	unregister_chrdev_region(character_device_create_first, count);
}

module_init(character_device_create_init);
module_exit(character_device_create_exit);

MODULE_DESCRIPTION("Character devices with an entry in /dev");
MODULE_LICENSE("GPL");
