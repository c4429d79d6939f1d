// SPDX-License-Identifier: GPL-2.0-only
/*
 * character_device - a device that is known by a number, not yet by a name.
 *
 * Idea: a character device is a pair of numbers: the major one finds the driver,
 * the minor one is the driver's own affair. A device file is no more than a name
 * for such a pair, and anyone with the right may make one anywhere: mknod.
 *
 * Usage:
 *	insmod /character_device.ko
 *	grep character_device /proc/devices
 *	/mknoddev.sh character_device
 *	/mknoddev.sh character_device 7 /dev/seventh
 *	cat /dev/character_device /dev/seventh
 *	rm /dev/character_device /dev/seventh
 *	rmmod character_device
 *
 * Expected:
 *	... character_device
 *	this is minor 0
 *	this is minor 7
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_PROC_FS
 * See: fs/char_dev.c, kernel_module/character_device_create.c, rootfs_overlay/mknoddev.sh,
 *	rootfs_overlay/character_device.sh
 */
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

static int character_device_major;

static ssize_t character_device_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	char text[sizeof("this is minor 4294967295\n")];
	int n;

	n = scnprintf(text, sizeof(text), "this is minor %u\n", iminor(file_inode(file)));
	return simple_read_from_buffer(to, len, pos, text, n);
}

/* What is missing here has an answer of the kernel: write() gives EINVAL. */
static const struct file_operations character_device_fops = {
	.owner = THIS_MODULE,	/* no rmmod while a device is open */
	.read = character_device_read,
	.llseek = default_llseek,
};

static int __init character_device_init(void)
{
	/* 0 asks for any free major number; it comes with the minors 0 to 255. */
	character_device_major = register_chrdev(0, KBUILD_MODNAME, &character_device_fops);
	if (character_device_major < 0)
		return character_device_major;
	return 0;
}

static void __exit character_device_exit(void)
{
	unregister_chrdev(character_device_major, KBUILD_MODNAME);
}

module_init(character_device_init);
module_exit(character_device_exit);

MODULE_DESCRIPTION("A character device, whose file is made by mknod");
MODULE_LICENSE("GPL");
