// SPDX-License-Identifier: GPL-2.0-only
/*
 * virt_to_phys - where in the machine's memory a pointer points to.
 *
 * Idea: the kernel maps all memory once, one after the other; there a physical
 * address is the virtual one less a constant, which is all that virt_to_phys()
 * computes. What kmalloc() gives is there. A module and its variables are not:
 * their pages come from anywhere and got addresses of their own, so one asks the
 * page tables. The emulator's monitor shows that both are right, with the command
 * "xp /16cb" and the physical address.
 *
 * Usage:
 *	insmod /virt_to_phys.ko
 *	rmmod virt_to_phys
 *
 * Expected:
 *	virt_to_phys: kmalloc: virtual 0x..., physical 0x..., text made by kmalloc
 *	virt_to_phys: static: virtual 0x..., physical 0x..., text made by linker
 *	virt_to_phys: exit: texts made by kmalloc, made by linker
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: arch/x86/include/asm/io.h, mm/vmalloc.c, rootfs_overlay/virt_to_phys.sh,
 *	kernel_module/user/virt_to_phys_user.c, lkmcgen/test/hardware_test.go
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

/* Aligned, so that it does not reach into another page, which may be far away. */
#define VIRT_TO_PHYS_SIZE	16
static char virt_to_phys_static[VIRT_TO_PHYS_SIZE] __aligned(VIRT_TO_PHYS_SIZE) = "made by linker";
static char *virt_to_phys_kmalloc;

static phys_addr_t virt_to_phys_any(const void *virt)
{
	if (virt_addr_valid(virt))
		return virt_to_phys((void *)virt);
	return page_to_phys(vmalloc_to_page(virt)) + offset_in_page(virt);
}

static void virt_to_phys_show(const char *name, const char *text)
{
	phys_addr_t phys = virt_to_phys_any(text);

	/* A number on purpose: %p would hide the address, which is the lesson. */
	pr_info("%s: virtual 0x%lx, physical %pa, text %s\n", name, (unsigned long)text, &phys,
		text);
}

static int __init virt_to_phys_init(void)
{
	virt_to_phys_kmalloc = kmalloc(VIRT_TO_PHYS_SIZE, GFP_KERNEL);
	if (!virt_to_phys_kmalloc)
		return -ENOMEM;
	strscpy(virt_to_phys_kmalloc, "made by kmalloc", VIRT_TO_PHYS_SIZE);

	virt_to_phys_show("kmalloc", virt_to_phys_kmalloc);
	virt_to_phys_show("static", virt_to_phys_static);
	return 0;
}

static void __exit virt_to_phys_exit(void)
{
	/* Somebody may have written to the physical addresses. */
	pr_info("exit: texts %.*s, %.*s\n", VIRT_TO_PHYS_SIZE, virt_to_phys_kmalloc,
		VIRT_TO_PHYS_SIZE, virt_to_phys_static);
	kfree(virt_to_phys_kmalloc);
}

module_init(virt_to_phys_init);
module_exit(virt_to_phys_exit);

MODULE_DESCRIPTION("Tells the physical addresses of kmalloc and static memory");
MODULE_LICENSE("GPL");
