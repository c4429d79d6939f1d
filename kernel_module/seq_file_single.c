// SPDX-License-Identifier: GPL-2.0-only
/*
 * seq_file_single - a file whose whole text is printed by one function.
 *
 * Idea: most files of the kernel are short, and one show() that prints all of it
 * is enough. seq_file keeps the text while the file is open and serves reads of
 * any length from it. When the text does not fit, show() is called again with a
 * buffer twice as large: it must not change anything.
 *
 * Usage:
 *	insmod /seq_file_single.ko lines=2
 *	cat /sys/kernel/debug/seq_file_single
 *	/rw.out /sys/kernel/debug/seq_file_single read:3 seek:5 read:99 read:99 write:x
 *	rmmod seq_file_single
 *
 * Expected:
 *	line 1 of 2
 *	line 2 of 2
 *	read:3 3 "lin"
 *	seek:5 5
 *	read:99 19 "1 of 2\nline 2 of 2\n"
 *	read:99 0 ""
 *	write:x Invalid argument
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEBUG_FS, /sys/kernel/debug
 * See: fs/seq_file.c, kernel_module/seq_file.c, rootfs_overlay/seq_file_single.sh
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>

#define SEQ_FILE_SINGLE_MOST 10000

static unsigned int lines = 2;
module_param(lines, uint, 0444);
MODULE_PARM_DESC(lines, "how many lines there are, 0 to 10000, 2 unless given");

static struct dentry *seq_file_single_dentry;

static int seq_file_single_show(struct seq_file *file, void *data)
{
	unsigned int i;

	/* seq_printf() tells no error: a text that is too long is made again. */
	for (i = 1; i <= lines; i++)
		seq_printf(file, "line %u of %u\n", i, lines);
	return 0;
}

/* Defines seq_file_single_fops, whose open() calls single_open(). */
DEFINE_SHOW_ATTRIBUTE(seq_file_single);

static int __init seq_file_single_init(void)
{
	if (lines > SEQ_FILE_SINGLE_MOST)
		return -EINVAL;
	seq_file_single_dentry = debugfs_create_file(KBUILD_MODNAME, 0444, NULL, NULL,
						     &seq_file_single_fops);
	return PTR_ERR_OR_ZERO(seq_file_single_dentry);
}

static void __exit seq_file_single_exit(void)
{
	debugfs_remove(seq_file_single_dentry);
}

module_init(seq_file_single_init);
module_exit(seq_file_single_exit);

MODULE_DESCRIPTION("A text as a file, printed at once");
MODULE_LICENSE("GPL");
