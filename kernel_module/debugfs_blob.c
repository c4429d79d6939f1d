// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs_blob - memory, arrays and registers as files, without file operations.
 *
 * Idea: debugfs has ready-made files for what one wants to see of a driver: a
 * piece of memory as it is, an array of numbers, a block of device registers by
 * name. Each is one call at start, and no result is checked: a driver must work
 * without debugfs, so the functions take each other's errors.
 *
 * Usage:
 *	insmod /debugfs_blob.ko
 *	cat /sys/kernel/debug/debugfs_blob/bytes
 *	cat /sys/kernel/debug/debugfs_blob/squares
 *	cat /sys/kernel/debug/debugfs_blob/registers
 *	rmmod debugfs_blob
 *	ls /sys/kernel/debug/debugfs_blob
 *
 * Expected:
 *	raw
 *	0 1 4 9 16 25 36 49
 *	id = 0x0000ed01
 *	status = 0x80000000
 *	ls: /sys/kernel/debug/debugfs_blob: No such file or directory
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEBUG_FS, /sys/kernel/debug
 * See: include/linux/debugfs.h, Documentation/filesystems/debugfs.rst
 */
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/module.h>

static u8 debugfs_blob_bytes[] = { 'r', 'a', 'w', '\n' };

/* debugfs keeps the address of each description: none may be on the stack. */
static struct debugfs_blob_wrapper debugfs_blob_wrapper = {
	.data = debugfs_blob_bytes,
	.size = sizeof(debugfs_blob_bytes),
};

static u32 debugfs_blob_squares[8];

static struct debugfs_u32_array debugfs_blob_array = {
	.array = debugfs_blob_squares,
	.n_elements = ARRAY_SIZE(debugfs_blob_squares),
};

/*
 * Stands in for a device: a driver would have this address from ioremap(). The
 * file reads it by readl(), for which devices are little-endian on every CPU.
 */
static __le32 debugfs_blob_device[2];

static const struct debugfs_reg32 debugfs_blob_registers[] = {
	{ .name = "id", .offset = 0 },
	{ .name = "status", .offset = 4 },
};

static struct debugfs_regset32 debugfs_blob_regset = {
	.regs = debugfs_blob_registers,
	.nregs = ARRAY_SIZE(debugfs_blob_registers),
	.base = (void __iomem __force *)debugfs_blob_device,
};

static struct dentry *debugfs_blob_folder;

static int __init debugfs_blob_init(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(debugfs_blob_squares); i++)
		debugfs_blob_squares[i] = i * i;
	debugfs_blob_device[0] = cpu_to_le32(0xed01);
	debugfs_blob_device[1] = cpu_to_le32(BIT(31));

	debugfs_blob_folder = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_blob("bytes", 0400, debugfs_blob_folder, &debugfs_blob_wrapper);
	debugfs_create_u32_array("squares", 0400, debugfs_blob_folder, &debugfs_blob_array);
	debugfs_create_regset32("registers", 0400, debugfs_blob_folder, &debugfs_blob_regset);
	return 0;
}

static void __exit debugfs_blob_exit(void)
{
	debugfs_remove(debugfs_blob_folder); /* and all that is in it */
}

module_init(debugfs_blob_init);
module_exit(debugfs_blob_exit);

MODULE_DESCRIPTION("A blob, an array and registers in debugfs");
MODULE_LICENSE("GPL");
