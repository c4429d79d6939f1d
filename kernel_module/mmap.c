// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap - memory of the kernel, mapped to user space.
 *
 * Idea: mapped memory is shared without copying: what one side writes the other
 * reads, with no system call in between. vmalloc_user() gives cleared memory, so
 * nothing of the kernel's leaks; remap_vmalloc_range() refuses what lies outside
 * of it, and takes a reference to each page for each mapping. The same memory
 * can be read and written as a file, which is the kernel's view of it here.
 *
 * Usage:
 *	insmod /mmap.ko
 *	/mmap.out
 *	cat /dev/mmap | tr -d '\0'
 *	rmmod mmap
 *
 * Expected:
 *	read of what was written to the mapping: from user space
 *	mapping of what was written to the file: from the kernel
 *	the same after the file was closed: from the kernel
 *	a second mapping, of page 1: the kernel
 *	from user space
 *	from the kernel
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEVTMPFS
 * See: mm/vmalloc.c, kernel_module/user/mmap.c, rootfs_overlay/mmap.sh
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define MMAP_SIZE (2 * PAGE_SIZE)

static char *mmap_memory;

static int mmap_mmap(struct file *file, struct vm_area_struct *vma)
{
	/*
	 * EINVAL if the mapping begins or ends outside of the memory. It holds
	 * the file, thus the module, thus the memory, until it is unmapped.
	 */
	return remap_vmalloc_range(vma, mmap_memory, vma->vm_pgoff);
}

static ssize_t mmap_read(struct file *file, char __user *user, size_t size, loff_t *ppos)
{
	return simple_read_from_buffer(user, size, ppos, mmap_memory, MMAP_SIZE);
}

/* ENOSPC at the end: 0 would let programs try for ever. */
static ssize_t mmap_write(struct file *file, const char __user *user, size_t size, loff_t *ppos)
{
	if (size && *ppos >= MMAP_SIZE)
		return -ENOSPC;
	return simple_write_to_buffer(mmap_memory, MMAP_SIZE, ppos, user, size);
}

static loff_t mmap_llseek(struct file *file, loff_t offset, int whence)
{
	return fixed_size_llseek(file, offset, whence, MMAP_SIZE);
}

static const struct file_operations mmap_fops = {
	.owner = THIS_MODULE,
	.mmap = mmap_mmap,
	.read = mmap_read,
	.write = mmap_write,
	.llseek = mmap_llseek,
};

static struct miscdevice mmap_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &mmap_fops,
};

static int __init mmap_module_init(void)
{
	int err;

	mmap_memory = vmalloc_user(MMAP_SIZE);
	if (!mmap_memory)
		return -ENOMEM;

	err = misc_register(&mmap_device);
	if (err)
		goto out_free;
	return 0;

out_free:
	vfree(mmap_memory);
	return err;
}

static void __exit mmap_module_exit(void)
{
	misc_deregister(&mmap_device);
	vfree(mmap_memory);
}

module_init(mmap_module_init);
module_exit(mmap_module_exit);

MODULE_DESCRIPTION("Memory of the kernel, mapped to user space");
MODULE_LICENSE("GPL");
