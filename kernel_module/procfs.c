// SPDX-License-Identifier: GPL-2.0-only
/*
 * procfs - a file in /proc that can be read and written.
 *
 * Idea: /proc is for processes, and for files older than sysfs. Its functions
 * have a structure of their own, struct proc_ops. Unlike other files it may be
 * open while its module goes: from then on each call gives an error.
 *
 * Usage:
 *	insmod /procfs.ko
 *	cat /proc/procfs
 *	echo -42 > /proc/procfs
 *	cat /proc/procfs
 *	/rw.out /proc/procfs write:many write:4294967296 badwrite:1 read:4 read:4 read:4
 *	rmmod procfs
 *
 * Expected:
 *	number 0
 *	number -42
 *	write:many Invalid argument
 *	write:4294967296 Numerical result out of range
 *	badwrite:1 Bad address
 *	read:4 4 "numb"
 *	read:4 4 "er -"
 *	read:4 3 "42\n"
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_PROC_FS
 * See: include/linux/proc_fs.h, fs/proc/inode.c, rootfs_overlay/procfs.sh
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/proc_fs.h>

/* A sign, 32 binary digits, a newline: all that kstrtoint_from_user() looks at. */
#define PROCFS_LONGEST 34

static struct proc_dir_entry *procfs_file;
static int procfs_number;

static ssize_t procfs_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	char text[sizeof("number -2147483648\n")];
	int n;

	n = scnprintf(text, sizeof(text), "number %d\n", READ_ONCE(procfs_number));
	return simple_read_from_buffer(to, len, pos, text, n);
}

/* Each write is a number, wherever in the file one is. */
static ssize_t procfs_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	int number, err;

	/* What follows would be passed over, since it copies only so much. */
	if (len > PROCFS_LONGEST)
		return -EINVAL;
	/* Refuses what is no number; a final newline may be there. */
	err = kstrtoint_from_user(from, len, 0, &number);
	if (err)
		return err;
	WRITE_ONCE(procfs_number, number);
	return len;
}

static const struct proc_ops procfs_ops = {
	.proc_read = procfs_read,
	.proc_write = procfs_write,
	.proc_lseek = default_llseek,
};

static int __init procfs_init(void)
{
	procfs_file = proc_create(KBUILD_MODNAME, 0644, NULL, &procfs_ops);
	return procfs_file ? 0 : -ENOMEM;
}

static void __exit procfs_exit(void)
{
	/* Waits for calls of our functions that have not yet returned. */
	proc_remove(procfs_file);
}

module_init(procfs_init);
module_exit(procfs_exit);

MODULE_DESCRIPTION("A number as a file in /proc");
MODULE_LICENSE("GPL");
