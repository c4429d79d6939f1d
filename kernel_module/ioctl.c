// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl - commands to a device, with an integer and with a struct.
 *
 * Idea: what is neither reading nor writing is a command: a number and a
 * pointer. The pointer is the user's: it is copied from and to, never followed,
 * and either can fail. What both sides share is in ioctl.h. A command that is
 * not known is ENOTTY, for "inappropriate ioctl for device".
 *
 * Usage:
 *	insmod /ioctl.ko
 *	/ioctl.out set -5
 *	/ioctl.out get
 *	/ioctl.out divide 10000000000 3
 *	rmmod ioctl
 *
 * Expected:
 *	-5
 *	3333333333 1
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEVTMPFS
 * See: Documentation/driver-api/ioctl.rst, kernel_module/ioctl.h,
 *	kernel_module/user/ioctl.c, rootfs_overlay/ioctl.sh
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/math64.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "ioctl.h"

/* Of the device, so all who open it share it. One word needs no lock. */
static s32 ioctl_number;

static long ioctl_set(const s32 __user *user)
{
	s32 number;

	if (get_user(number, user))
		return -EFAULT;
	WRITE_ONCE(ioctl_number, number);
	return 0;
}

static long ioctl_get(s32 __user *user)
{
	return put_user(READ_ONCE(ioctl_number), user);
}

static long ioctl_divide(struct ioctl_division __user *user)
{
	struct ioctl_division division;

	/* Once: what is checked below must be what is used. */
	if (copy_from_user(&division, user, sizeof(division)))
		return -EFAULT;
	if (!division.divisor)
		return -EINVAL;
	/* 32-bit machines have no instruction for it, hence no "/". */
	division.quotient = div_u64_rem(division.dividend, division.divisor,
					&division.remainder);
	if (copy_to_user(user, &division, sizeof(division)))
		return -EFAULT;
	return 0;
}

static long ioctl_command(struct file *file, unsigned int command, unsigned long arg)
{
	void __user *user = (void __user *)arg;

	switch (command) {
	case IOCTL_SET:
		return ioctl_set(user);
	case IOCTL_GET:
		return ioctl_get(user);
	case IOCTL_DIVIDE:
		return ioctl_divide(user);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations ioctl_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = ioctl_command,
	/* 32-bit programs on 64 bits: only the pointer differs, see ioctl.h. */
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice ioctl_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &ioctl_fops,
};

module_misc_device(ioctl_device);

MODULE_DESCRIPTION("Commands to a device, with an integer and with a struct");
MODULE_LICENSE("GPL");
