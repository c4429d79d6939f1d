// SPDX-License-Identifier: GPL-2.0-only
/*
 * configfs_item - objects that the user makes, by mkdir.
 *
 * Idea: sysfs shows what the kernel has; configfs is the other way round. A
 * mkdir makes an object, the files in it are its settings, a rmdir drops it. The
 * kernel only says what kinds of things there can be. USB gadgets and disk
 * targets are set up like that.
 *
 * Usage:
 *	modprobe configfs_item
 *	mount -t configfs none /sys/kernel/config
 *	mkdir /sys/kernel/config/configfs_item/circle
 *	ls /sys/kernel/config/configfs_item/circle
 *	echo 100 > /sys/kernel/config/configfs_item/circle/radius
 *	cat /sys/kernel/config/configfs_item/circle/area
 *	rmdir /sys/kernel/config/configfs_item/circle
 *	umount /sys/kernel/config
 *	rmmod configfs_item
 *
 * Expected:
 *	configfs_item: circle is made
 *	area
 *	radius
 *	31415
 *	configfs_item: circle is gone
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_CONFIGFS_FS
 * See: include/linux/configfs.h, Documentation/filesystems/configfs.rst,
 *	rootfs_overlay/configfs_item.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/configfs.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>

struct configfs_item_circle {
	struct config_item item;
	u32 radius;
};

static struct configfs_item_circle *configfs_item_of(struct config_item *item)
{
	return container_of(item, struct configfs_item_circle, item);
}

static ssize_t configfs_item_radius_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(configfs_item_of(item)->radius));
}

static ssize_t configfs_item_radius_store(struct config_item *item, const char *page, size_t len)
{
	u32 radius;
	int ret;

	ret = kstrtou32(page, 0, &radius);
	if (ret)
		return ret;
	if (radius > 65535) /* the square must fit */
		return -ERANGE;
	WRITE_ONCE(configfs_item_of(item)->radius, radius);
	return len;
}

static ssize_t configfs_item_area_show(struct config_item *item, char *page)
{
	u64 radius = READ_ONCE(configfs_item_of(item)->radius);

	/* No floating point here: pi is 355/113. */
	return sysfs_emit(page, "%llu\n", div_u64(radius * radius * 355, 113));
}

CONFIGFS_ATTR(configfs_item_, radius);
CONFIGFS_ATTR_RO(configfs_item_, area);

static struct configfs_attribute *configfs_item_attrs[] = {
	&configfs_item_attr_radius,
	&configfs_item_attr_area,
	NULL,
};

/* The last reference is gone; those who have a file open have one. */
static void configfs_item_release(struct config_item *item)
{
	kfree(configfs_item_of(item));
}

static struct configfs_item_operations configfs_item_ops = {
	.release = configfs_item_release,
};

static const struct config_item_type configfs_item_type = {
	.ct_item_ops = &configfs_item_ops,
	.ct_attrs = configfs_item_attrs,
	.ct_owner = THIS_MODULE, /* each folder keeps the module */
};

/* mkdir */
static struct config_item *configfs_item_make(struct config_group *group, const char *name)
{
	struct configfs_item_circle *circle = kzalloc(sizeof(*circle), GFP_KERNEL);

	if (!circle)
		return ERR_PTR(-ENOMEM);
	config_item_init_type_name(&circle->item, name, &configfs_item_type);
	pr_info("%s is made\n", name);
	return &circle->item;
}

/* rmdir */
static void configfs_item_drop(struct config_group *group, struct config_item *item)
{
	pr_info("%s is gone\n", config_item_name(item));
	config_item_put(item); /* the reference of the folder */
}

static struct configfs_group_operations configfs_item_group_ops = {
	.make_item = configfs_item_make,
	.drop_item = configfs_item_drop,
};

static const struct config_item_type configfs_item_group_type = {
	.ct_group_ops = &configfs_item_group_ops,
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem configfs_item_subsystem = {
	.su_group.cg_item = {
		.ci_namebuf = KBUILD_MODNAME,
		.ci_type = &configfs_item_group_type,
	},
};

static int __init configfs_item_init(void)
{
	config_group_init(&configfs_item_subsystem.su_group);
	mutex_init(&configfs_item_subsystem.su_mutex);
	return configfs_register_subsystem(&configfs_item_subsystem);
}

static void __exit configfs_item_exit(void)
{
	configfs_unregister_subsystem(&configfs_item_subsystem);
}

module_init(configfs_item_init);
module_exit(configfs_item_exit);

MODULE_DESCRIPTION("Circles, made by mkdir in configfs");
MODULE_LICENSE("GPL");
