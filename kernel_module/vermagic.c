// SPDX-License-Identifier: GPL-2.0-only
/*
 * vermagic - for which kernel a module was built.
 *
 * Idea: the build writes into each module the release of the kernel whose
 * headers it used, and those of its options that change the layout of
 * everything (SMP, preemption, ...). The kernel compares this version magic with
 * its own and refuses what differs. With CONFIG_MODVERSIONS the release may
 * differ, because each symbol that the module uses has a checksum of its own.
 *
 * Usage:
 *	modinfo -F vermagic /vermagic.ko
 *	insmod /vermagic.ko
 *	rmmod vermagic
 *
 * Expected:
 *	... mod_unload ...
 *	vermagic: built for ..., which is what runs
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: include/linux/vermagic.h, kernel_module/vermagic_fail.c, rootfs_overlay/vermagic.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <generated/utsrelease.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/utsname.h>

static int __init vermagic_init(void)
{
	const char *running = init_utsname()->release;

	/* The first is a constant of the build, the second one of the kernel. */
	if (strcmp(UTS_RELEASE, running))
		pr_info("built for %s, while %s runs\n", UTS_RELEASE, running);
	else
		pr_info("built for %s, which is what runs\n", UTS_RELEASE);
	return 0;
}

static void __exit vermagic_exit(void)
{
}

module_init(vermagic_init);
module_exit(vermagic_exit);

MODULE_DESCRIPTION("Tells the kernel release that it was built for");
MODULE_LICENSE("GPL");
