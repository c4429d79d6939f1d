// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracepoint - an event of one's own for ftrace, perf and BPF.
 *
 * Idea: TRACE_EVENT() in tracepoint.h makes the function trace_tracepoint_step()
 * and a folder in /sys/kernel/tracing/events. While nobody listens, a call is an
 * instruction that does nothing; otherwise the numbers go to the ring buffer in
 * binary. What is traced here: halve an even number, triple an odd one and add
 * one, until it is 1.
 *
 * Usage:
 *	insmod /tracepoint.ko
 *	echo 1 > /sys/kernel/tracing/events/tracepoint/tracepoint_step/enable
 *	echo 3 > /sys/module/tracepoint/parameters/start
 *	grep -o 'tracepoint_step: .*' /sys/kernel/tracing/trace
 *	echo 0 > /sys/kernel/tracing/events/tracepoint/tracepoint_step/enable
 *	echo > /sys/kernel/tracing/trace
 *	rmmod tracepoint
 *
 * Expected:
 *	tracepoint: steps: 7
 *	tracepoint_step: step 1: 10
 *	tracepoint_step: step 2: 5
 *	tracepoint_step: step 3: 16
 *	tracepoint_step: step 4: 8
 *	tracepoint_step: step 5: 4
 *	tracepoint_step: step 6: 2
 *	tracepoint_step: step 7: 1
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_EVENT_TRACING, /sys/kernel/tracing/events
 * See: include/linux/tracepoint.h, Documentation/trace/events.rst, rootfs_overlay/tracepoint.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

/* Exactly one file asks for the code of the events. */
#define CREATE_TRACE_POINTS
#include "tracepoint.h"

#define TRACEPOINT_MAX 1000U /* from no start up to this does the number reach 2^18 */

static int tracepoint_set(const char *text, const struct kernel_param *kp)
{
	unsigned int number, step;
	int ret;

	ret = kstrtouint(text, 0, &number);
	if (ret)
		return ret;
	if (!number || number > TRACEPOINT_MAX)
		return -ERANGE;

	for (step = 0; number != 1;) {
		number = number % 2 ? 3 * number + 1 : number / 2;
		trace_tracepoint_step(++step, number);
	}
	pr_info("steps: %u\n", step);
	return 0;
}

static const struct kernel_param_ops tracepoint_ops = {
	.set = tracepoint_set,
};

module_param_cb(start, &tracepoint_ops, NULL, 0200);
MODULE_PARM_DESC(start, "1 to 1000: go from there down to 1, one event for each step");

static int __init tracepoint_init(void)
{
	return 0;
}

/* The kernel takes the events away with the module. */
static void __exit tracepoint_exit(void)
{
}

module_init(tracepoint_init);
module_exit(tracepoint_exit);

MODULE_DESCRIPTION("Traces the steps from a number down to 1");
MODULE_LICENSE("GPL");
