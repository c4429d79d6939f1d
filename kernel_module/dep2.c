// SPDX-License-Identifier: GPL-2.0-only
/*
 * dep2 - a module that calls a function of another.
 *
 * Idea: the name dep_next is looked up among the exported symbols when dep2 is
 * inserted. Without dep nobody has it, and dep2 is refused, twice, as BusyBox's
 * insmod tries two system calls. modprobe knows from modules.dep that dep comes
 * first, and takes it away again when it is not needed any more.
 *
 * Usage:
 *	insmod /dep2.ko
 *	modprobe dep2
 *	ls /sys/module/dep/holders
 *	modprobe -r dep2
 *
 * Expected:
 *	insmod: can't insert '/dep2.ko': unknown symbol in module, or unknown parameter
 *	dep2: Unknown symbol dep_next (err -2)
 *	dep2: Unknown symbol dep_next (err -2)
 *	dep: ready
 *	dep2: got number 1
 *	dep2
 *	dep2: done
 *	dep: numbers given: 1
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
 * See: kernel_module/dep.c, rootfs_overlay/dep.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "dep.h"

static int __init dep2_init(void)
{
	pr_info("got number %d\n", dep_next());
	return 0;
}

static void __exit dep2_exit(void)
{
	pr_info("done\n");
}

module_init(dep2_init);
module_exit(dep2_exit);

MODULE_DESCRIPTION("Uses a function that the module dep exports");
MODULE_LICENSE("GPL");
