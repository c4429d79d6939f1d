// SPDX-License-Identifier: GPL-2.0-only
/*
 * seq_file - a file that lists things one after the other.
 *
 * Idea: a list can be longer than any buffer, and can change while a slow reader
 * reads it. For each read() seq_file calls start(), then show() and next() in
 * turn as long as there is room, then stop(). Between start() and stop() a lock
 * is held, between two reads none is; start() finds its place again by number.
 *
 * Usage:
 *	insmod /seq_file.ko items=3
 *	cat /sys/kernel/debug/seq_file
 *	/rw.out /sys/kernel/debug/seq_file read:9 read:9 read:9 seek:3 read:9
 *	rmmod seq_file
 *
 * Expected:
 *	1 squared is 1
 *	2 squared is 4
 *	3 squared is 9
 *	read:9 9 "1 squared"
 *	read:9 9 " is 1\n2 s"
 *	read:9 9 "quared is"
 *	seek:3 3
 *	read:9 9 "quared is"
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEBUG_FS, /sys/kernel/debug
 * See: Documentation/filesystems/seq_file.rst, rootfs_overlay/seq_file.sh
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#define SEQ_FILE_MOST 10000

static unsigned int items = 3;
module_param(items, uint, 0444);
MODULE_PARM_DESC(items, "how many there are, 0 to 10000, 3 unless given");

struct seq_file_item {
	struct list_head list;
	unsigned int number;
};

static LIST_HEAD(seq_file_list);
static DEFINE_MUTEX(seq_file_lock);	/* of the list */
static struct dentry *seq_file_dentry;

static void *seq_file_start(struct seq_file *file, loff_t *pos)
{
	mutex_lock(&seq_file_lock);
	return seq_list_start(&seq_file_list, *pos);
}

static void *seq_file_next(struct seq_file *file, void *item, loff_t *pos)
{
	return seq_list_next(item, &seq_file_list, pos);
}

/* It is called after each start(), also when that found nothing. */
static void seq_file_stop(struct seq_file *file, void *item)
{
	mutex_unlock(&seq_file_lock);
}

static int seq_file_show(struct seq_file *file, void *list)
{
	struct seq_file_item *item = list_entry(list, struct seq_file_item, list);

	seq_printf(file, "%u squared is %u\n", item->number, item->number * item->number);
	return 0;
}

static const struct seq_operations seq_file_sops = {
	.start = seq_file_start,
	.next = seq_file_next,
	.stop = seq_file_stop,
	.show = seq_file_show,
};

/* Defines seq_file_fops, with an open() and what serves read() and lseek(). */
DEFINE_SEQ_ATTRIBUTE(seq_file);

static void seq_file_free(void)
{
	struct seq_file_item *item, *next;

	list_for_each_entry_safe(item, next, &seq_file_list, list) {
		list_del(&item->list);
		kfree(item);
	}
}

static int __init seq_file_module_init(void)
{
	struct seq_file_item *item;
	unsigned int i;
	int err;

	if (items > SEQ_FILE_MOST)
		return -EINVAL;
	for (i = 1; i <= items; i++) {
		err = -ENOMEM;
		item = kmalloc(sizeof(*item), GFP_KERNEL);
		if (!item)
			goto out_free;
		item->number = i;
		list_add_tail(&item->list, &seq_file_list);
	}
	seq_file_dentry = debugfs_create_file(KBUILD_MODNAME, 0444, NULL, NULL, &seq_file_fops);
	err = PTR_ERR_OR_ZERO(seq_file_dentry);
	if (err)
		goto out_free;
	return 0;

out_free:
	seq_file_free();
	return err;
}

static void __exit seq_file_module_exit(void)
{
	debugfs_remove(seq_file_dentry);
	seq_file_free();
}

module_init(seq_file_module_init);
module_exit(seq_file_module_exit);

MODULE_DESCRIPTION("A list as a file, item by item");
MODULE_LICENSE("GPL");
