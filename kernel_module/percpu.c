// SPDX-License-Identifier: GPL-2.0-only
/*
 * percpu - a counter that CPUs do not fight for: each has its own.
 *
 * Idea: one shared counter needs a lock or an atomic, and its cache line travels
 * between all CPUs. A per-CPU variable is an array with a place for each CPU;
 * this_cpu_inc() needs neither. Whoever wants the number adds the places up.
 *
 * Usage:
 *	insmod /percpu.ko
 *	cat /sys/module/percpu/parameters/count
 *	rmmod percpu
 *
 * Expected:
 *	percpu: CPU 0 counted 1000
 *	...
 *	percpu: the sum is right
 *	1000
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: include/linux/percpu.h, Documentation/core-api/this_cpu_ops.rst, rootfs_overlay/percpu.sh
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/smp.h>

#define PERCPU_MAX 1000000U /* runs with interrupts off: some milliseconds */

static unsigned int count = 1000;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "how far each CPU counts, up to 1000000, 1000 unless given");

/* A static one is DEFINE_PER_CPU(); this one comes and goes at run time. */
static unsigned long __percpu *percpu_counter;

/* Runs on every CPU at once, in an interrupt. */
static void percpu_work(void *unused)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		this_cpu_inc(*percpu_counter);
}

static int __init percpu_init(void)
{
	unsigned long sum = 0;
	unsigned int cpus;
	int cpu;

	if (count > PERCPU_MAX)
		return -ERANGE;
	percpu_counter = alloc_percpu(unsigned long); /* zeroed */
	if (!percpu_counter)
		return -ENOMEM;

	/* No CPU comes or goes between the work and the sum. */
	cpus_read_lock();
	on_each_cpu(percpu_work, NULL, true);
	cpus = num_online_cpus();
	cpus_read_unlock();

	/* A CPU that went offline has still counted: sum over the possible ones. */
	for_each_possible_cpu(cpu) {
		unsigned long counted = *per_cpu_ptr(percpu_counter, cpu);

		if (counted)
			pr_info("CPU %d counted %lu\n", cpu, counted);
		sum += counted;
	}
	pr_info("the sum is %s\n", sum == (unsigned long)count * cpus ? "right" : "wrong");
	return 0;
}

static void __exit percpu_exit(void)
{
	free_percpu(percpu_counter);
}

module_init(percpu_init);
module_exit(percpu_exit);

MODULE_DESCRIPTION("A counter for each CPU, and their sum");
MODULE_LICENSE("GPL");
