// SPDX-License-Identifier: GPL-2.0-only
/*
 * static_key - a question that costs nothing, since the answer is in the code.
 *
 * Idea: a check that is nearly always false still loads, compares and branches.
 * With a static key the compiler leaves an instruction that does nothing in its
 * place; to switch the key on, the kernel patches a jump into all such places,
 * while other CPUs run them. The switch is slow, and the question is free: this
 * is how tracepoints can be everywhere.
 *
 * Usage:
 *	insmod /static_key.ko
 *	echo 1 > /sys/module/static_key/parameters/work
 *	echo 1 > /sys/module/static_key/parameters/careful
 *	echo 2 > /sys/module/static_key/parameters/work
 *	echo 3 > /sys/module/static_key/parameters/work
 *	cat /sys/module/static_key/parameters/careful
 *	echo 0 > /sys/module/static_key/parameters/careful
 *	echo 3 > /sys/module/static_key/parameters/work
 *	rmmod static_key
 *
 * Expected:
 *	static_key: worked on 1
 *	static_key: worked on 2 with care
 *	...: write error: Invalid argument
 *	static_key: 3 is odd
 *	Y
 *	static_key: worked on 3
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
 * See: include/linux/jump_label.h, Documentation/staging/static-keys.rst
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

/* "False" is how the code is laid out: the false side is the straight one. */
static DEFINE_STATIC_KEY_FALSE(static_key_careful);

/* Imagine that this runs a million times a second. */
static int static_key_work(unsigned int number)
{
	if (static_branch_unlikely(&static_key_careful)) {
		if (number % 2) {
			pr_info("%u is odd\n", number);
			return -EINVAL;
		}
		pr_info("worked on %u with care\n", number);
		return 0;
	}
	pr_info("worked on %u\n", number);
	return 0;
}

static int static_key_work_set(const char *text, const struct kernel_param *kp)
{
	unsigned int number;
	int ret;

	ret = kstrtouint(text, 0, &number);
	if (ret)
		return ret;
	return static_key_work(number);
}

static const struct kernel_param_ops static_key_work_ops = {
	.set = static_key_work_set,
};

module_param_cb(work, &static_key_work_ops, NULL, 0200);
MODULE_PARM_DESC(work, "a number to work on; odd ones are refused when careful");

static int static_key_careful_set(const char *text, const struct kernel_param *kp)
{
	bool on;
	int ret;

	ret = kstrtobool(text, &on);
	if (ret)
		return ret;
	/* Stops for a moment whatever could run the code that changes. */
	if (on)
		static_branch_enable(&static_key_careful);
	else
		static_branch_disable(&static_key_careful);
	return 0;
}

static int static_key_careful_get(char *page, const struct kernel_param *kp)
{
	return sysfs_emit(page, "%c\n", static_key_enabled(&static_key_careful) ? 'Y' : 'N');
}

static const struct kernel_param_ops static_key_careful_ops = {
	.set = static_key_careful_set,
	.get = static_key_careful_get,
};

module_param_cb(careful, &static_key_careful_ops, NULL, 0600);
MODULE_PARM_DESC(careful, "whether the static key is on, N unless given");

static int __init static_key_init(void)
{
	return 0;
}

static void __exit static_key_exit(void)
{
}

module_init(static_key_init);
module_exit(static_key_exit);

MODULE_DESCRIPTION("A branch that is patched at run time");
MODULE_LICENSE("GPL");
