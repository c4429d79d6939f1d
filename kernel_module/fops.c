// SPDX-License-Identifier: GPL-2.0-only
/*
 * fops - a file whose operations are our functions: open, read, write, llseek.
 *
 * Idea: a struct file_operations says which function serves which system call.
 * The file is 16 bytes of memory and behaves like a small disk: it has an end,
 * the position moves, what does not fit is refused. Every copy from and to user
 * space is bounded, and can fail half-way, since its address can be anything.
 *
 * Usage:
 *	insmod /fops.ko
 *	echo ahoj > /sys/kernel/debug/fops
 *	echo again >> /sys/kernel/debug/fops
 *	cat /sys/kernel/debug/fops
 *	/rw.out /sys/kernel/debug/fops seek:14 write:abc read:1 seek:14 read:9 write:d
 *	rmmod fops
 *
 * Expected:
 *	ahoj
 *	again
 *	seek:14 14
 *	write:abc 2
 *	read:1 0 ""
 *	seek:14 14
 *	read:9 2 "ab"
 *	write:d No space left on device
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEBUG_FS, /sys/kernel/debug
 * See: Documentation/filesystems/vfs.rst, fs/libfs.c, rootfs_overlay/fops.sh
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define FOPS_SIZE 16

static DEFINE_MUTEX(fops_lock);		/* of the two below */
static char fops_buffer[FOPS_SIZE];
static size_t fops_end;			/* bytes after it are zero */
static struct dentry *fops_file;

static int fops_open(struct inode *inode, struct file *file)
{
	/* "echo x > fops" asks for an empty file to begin with. */
	if (file->f_mode & FMODE_WRITE && file->f_flags & O_TRUNC) {
		mutex_lock(&fops_lock);
		memset(fops_buffer, 0, FOPS_SIZE);
		fops_end = 0;
		mutex_unlock(&fops_lock);
	}
	return 0;
}

static ssize_t fops_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	ssize_t ret;

	mutex_lock(&fops_lock);
	/* Gives what there is between *pos and the end, 0 behind the end. */
	ret = simple_read_from_buffer(to, len, pos, fops_buffer, fops_end);
	mutex_unlock(&fops_lock);
	return ret;
}

/* Stores what fits and returns how much that was. */
static ssize_t fops_store(const char *from, size_t len, loff_t *pos)
{
	lockdep_assert_held(&fops_lock);
	if (*pos >= FOPS_SIZE)
		return -ENOSPC;
	len = min_t(size_t, len, FOPS_SIZE - *pos);
	memcpy(fops_buffer + *pos, from, len);
	*pos += len;
	fops_end = max_t(size_t, fops_end, *pos);
	return len;
}

static ssize_t fops_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char copy[FOPS_SIZE];
	ssize_t ret;

	if (!len)
		return 0;
	len = min_t(size_t, len, FOPS_SIZE);
	/*
	 * A copy that fails fills the rest of its target with zeroes: into the
	 * buffer itself it would destroy what is there.
	 */
	if (copy_from_user(copy, from, len))
		return -EFAULT;

	mutex_lock(&fops_lock);
	if (file->f_flags & O_APPEND)
		*pos = fops_end;
	ret = fops_store(copy, len, pos);
	mutex_unlock(&fops_lock);
	return ret;
}

/* One may go behind the end, as in any file, but not behind the buffer. */
static loff_t fops_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t ret;

	mutex_lock(&fops_lock);
	ret = generic_file_llseek_size(file, offset, whence, FOPS_SIZE, fops_end);
	mutex_unlock(&fops_lock);
	return ret;
}

static const struct file_operations fops_fops = {
	.owner = THIS_MODULE,	/* no rmmod while the file is open */
	.open = fops_open,
	.read = fops_read,
	.write = fops_write,
	.llseek = fops_llseek,
};

static int __init fops_init(void)
{
	fops_file = debugfs_create_file(KBUILD_MODNAME, 0600, NULL, NULL, &fops_fops);
	return PTR_ERR_OR_ZERO(fops_file);
}

static void __exit fops_exit(void)
{
	debugfs_remove(fops_file);
}

module_init(fops_init);
module_exit(fops_exit);

MODULE_DESCRIPTION("File operations on a buffer of fixed size");
MODULE_LICENSE("GPL");
