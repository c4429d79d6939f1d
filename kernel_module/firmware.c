// SPDX-License-Identifier: GPL-2.0-only
/*
 * firmware - a file for a device, read by the kernel itself.
 *
 * Idea: many devices want a file of their vendor before they work. A driver does
 * not open files; it asks request_firmware() for a name, and the kernel looks
 * for it in /lib/firmware. What comes is whatever lies there: a driver checks it
 * before it believes a byte.
 *
 * Usage:
 *	mkdir -p /lib/firmware
 *	echo 'LKMC settings' > /lib/firmware/lkmc.bin
 *	/myinsmod.out /firmware.ko
 *	/myrmmod.out firmware
 *	rm /lib/firmware/lkmc.bin
 *
 * Expected:
 *	firmware: 9 bytes after the mark: settings\n
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_FW_LOADER
 * See: include/linux/firmware.h, Documentation/driver-api/firmware/index.rst,
 *	rootfs_overlay/firmware.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dev_printk.h>
#include <linux/err.h>
#include <linux/firmware.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/printk.h>
#include <linux/string.h>

static const char firmware_name[] = "lkmc.bin";
static const char firmware_mark[] = { 'L', 'K', 'M', 'C', ' ' };

static int firmware_load(struct device *dev)
{
	const struct firmware *fw;
	size_t size;
	int ret;

	ret = request_firmware(&fw, firmware_name, dev);
	if (ret)
		return ret;

	if (fw->size < sizeof(firmware_mark) ||
	    memcmp(fw->data, firmware_mark, sizeof(firmware_mark))) {
		dev_err(dev, "%s is not for this device\n", firmware_name);
		ret = -EINVAL;
		goto out_firmware;
	}
	/* Not a string: it ends where its size says, and may have any bytes. */
	size = fw->size - sizeof(firmware_mark);
	pr_info("%zu bytes after the mark: %*pE\n", size, (int)min_t(size_t, size, 32),
		fw->data + sizeof(firmware_mark));
out_firmware:
	release_firmware(fw);
	return ret;
}

static struct platform_device *firmware_device;

static int __init firmware_init(void)
{
	int ret;

	/* Stands in for one that a bus has found. */
	firmware_device = platform_device_register_simple(KBUILD_MODNAME, PLATFORM_DEVID_NONE,
							  NULL, 0);
	if (IS_ERR(firmware_device))
		return PTR_ERR(firmware_device);
	ret = firmware_load(&firmware_device->dev);
	if (ret)
		platform_device_unregister(firmware_device);
	return ret;
}

static void __exit firmware_exit(void)
{
	platform_device_unregister(firmware_device);
}

module_init(firmware_init);
module_exit(firmware_exit);

MODULE_FIRMWARE("lkmc.bin"); /* for those who make an initramfs */
MODULE_DESCRIPTION("Asks for a firmware file and checks it");
MODULE_LICENSE("GPL");
