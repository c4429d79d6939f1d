// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs - variables of a module as files, for debugging.
 *
 * Idea: debugfs makes a file of a variable with one call: numbers, booleans,
 * strings, blocks of bytes. Where a value must be checked, a pair of functions
 * gets and sets it. There are no rules for what stands in the files and nobody
 * may depend on them: a stable interface goes into sysfs.
 *
 * Usage:
 *	insmod /debugfs.ko
 *	ls /sys/kernel/debug/debugfs
 *	cat /sys/kernel/debug/debugfs/count
 *	echo 0x10 > /sys/kernel/debug/debugfs/count
 *	cat /sys/kernel/debug/debugfs/count
 *	cat /sys/kernel/debug/debugfs/enabled
 *	/rw.out /sys/kernel/debug/debugfs/percent write:100 write:101 write:many
 *	cat /sys/kernel/debug/debugfs/percent
 *	xxd -p /sys/kernel/debug/debugfs/blob
 *	rmmod debugfs
 *
 * Expected:
 *	blob
 *	count
 *	enabled
 *	percent
 *	3
 *	16
 *	N
 *	write:100 3
 *	write:101 Numerical result out of range
 *	write:many Invalid argument
 *	100
 *	000a7fff
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEBUG_FS, /sys/kernel/debug
 * See: Documentation/filesystems/debugfs.rst, rootfs_overlay/debugfs.sh
 */
#include <linux/compiler.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/types.h>

static struct dentry *debugfs_folder;

static u32 debugfs_count = 3;
static bool debugfs_enabled;
static u8 debugfs_percent = 50;
static u8 debugfs_bytes[] = { 0x00, 0x0a, 0x7f, 0xff };

static struct debugfs_blob_wrapper debugfs_blob = {
	.data = debugfs_bytes,
	.size = sizeof(debugfs_bytes),
};

static int debugfs_percent_get(void *data, u64 *value)
{
	*value = READ_ONCE(debugfs_percent);
	return 0;
}

static int debugfs_percent_set(void *data, u64 value)
{
	if (value > 100)
		return -ERANGE;
	WRITE_ONCE(debugfs_percent, value);
	return 0;
}

/* The text is made and read by the macro's functions; ours see a number. */
DEFINE_DEBUGFS_ATTRIBUTE(debugfs_percent_fops, debugfs_percent_get, debugfs_percent_set, "%llu\n");

static int __init debugfs_init(void)
{
	debugfs_folder = debugfs_create_dir(KBUILD_MODNAME, NULL);
	if (IS_ERR(debugfs_folder))
		return PTR_ERR(debugfs_folder);

	/*
	 * A driver looks at no result at all, since it works as well without
	 * these files; those below are made in vain if a folder is missing.
	 */
	debugfs_create_u32("count", 0644, debugfs_folder, &debugfs_count);
	debugfs_create_bool("enabled", 0644, debugfs_folder, &debugfs_enabled);
	debugfs_create_blob("blob", 0444, debugfs_folder, &debugfs_blob);
	debugfs_create_file("percent", 0644, debugfs_folder, NULL, &debugfs_percent_fops);
	return 0;
}

static void __exit debugfs_exit(void)
{
	/*
	 * Takes all that is in the folder too, and waits for who is reading just
	 * now; files that are still open only give errors afterwards.
	 */
	debugfs_remove(debugfs_folder);
}

module_init(debugfs_init);
module_exit(debugfs_exit);

MODULE_DESCRIPTION("Values and bytes as files in debugfs");
MODULE_LICENSE("GPL");
