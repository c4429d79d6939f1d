// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysfs - attributes of a kernel object, as files.
 *
 * Idea: a folder in /sys is a kobject, a file in it an attribute: one value, as
 * text. There is no position and no partial write: show() fills one page, store()
 * gets what was written at once, ended by a NUL. Programs depend on such files,
 * so they are described in Documentation/ABI and stay as they are.
 *
 * Usage:
 *	insmod /sysfs.ko
 *	ls /sys/kernel/sysfs
 *	echo 21 > /sys/kernel/sysfs/number
 *	cat /sys/kernel/sysfs/doubled
 *	echo a word > /sys/kernel/sysfs/text
 *	cat /sys/kernel/sysfs/text
 *	/rw.out /sys/kernel/sysfs/number write:many write:2147483648
 *	rmmod sysfs
 *
 * Expected:
 *	doubled
 *	number
 *	text
 *	42
 *	a word
 *	write:many Invalid argument
 *	write:2147483648 Numerical result out of range
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
 * See: Documentation/filesystems/sysfs.rst, samples/kobject, rootfs_overlay/sysfs.sh
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/sysfs.h>

static struct kobject *sysfs_object;
static int sysfs_number;
static char sysfs_text[16] = "none";
static DEFINE_MUTEX(sysfs_text_lock);

static ssize_t number_show(struct kobject *object, struct kobj_attribute *attribute, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(sysfs_number));
}

static ssize_t number_store(struct kobject *object, struct kobj_attribute *attribute,
			    const char *page, size_t len)
{
	int number, err;

	err = kstrtoint(page, 0, &number);
	if (err)
		return err;
	WRITE_ONCE(sysfs_number, number);
	return len;
}

static struct kobj_attribute sysfs_number_attribute = __ATTR_RW(number);

static ssize_t doubled_show(struct kobject *object, struct kobj_attribute *attribute, char *page)
{
	return sysfs_emit(page, "%lld\n", 2LL * READ_ONCE(sysfs_number));
}

static struct kobj_attribute sysfs_doubled_attribute = __ATTR_RO(doubled);

static ssize_t text_show(struct kobject *object, struct kobj_attribute *attribute, char *page)
{
	ssize_t ret;

	mutex_lock(&sysfs_text_lock);
	ret = sysfs_emit(page, "%s\n", sysfs_text);
	mutex_unlock(&sysfs_text_lock);
	return ret;
}

static ssize_t text_store(struct kobject *object, struct kobj_attribute *attribute,
			  const char *page, size_t len)
{
	size_t n = strcspn(page, "\n");		/* echo ends the line */

	if (n >= sizeof(sysfs_text))
		return -EINVAL;
	mutex_lock(&sysfs_text_lock);
	memcpy(sysfs_text, page, n);
	sysfs_text[n] = '\0';
	mutex_unlock(&sysfs_text_lock);
	return len;
}

static struct kobj_attribute sysfs_text_attribute = __ATTR_RW(text);

static struct attribute *sysfs_attributes[] = {
	&sysfs_number_attribute.attr,
	&sysfs_doubled_attribute.attr,
	&sysfs_text_attribute.attr,
	NULL
};

static const struct attribute_group sysfs_group = {
	.attrs = sysfs_attributes,
};

static int __init sysfs_module_init(void)
{
	int err;

	sysfs_object = kobject_create_and_add(KBUILD_MODNAME, kernel_kobj);
	if (!sysfs_object)
		return -ENOMEM;
	err = sysfs_create_group(sysfs_object, &sysfs_group);
	if (err)
		goto out_put;
	return 0;

out_put:
	kobject_put(sysfs_object);
	return err;
}

static void __exit sysfs_module_exit(void)
{
	/* The last reference: the folder goes, with all files in it. */
	kobject_put(sysfs_object);
}

module_init(sysfs_module_init);
module_exit(sysfs_module_exit);

MODULE_DESCRIPTION("Attributes of a kobject in /sys/kernel");
MODULE_LICENSE("GPL");
