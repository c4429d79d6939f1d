// SPDX-License-Identifier: GPL-2.0-only
/*
 * schedule - code that, on purpose, does not give up the CPU.
 *
 * Idea: kernel code that just goes on computing keeps its CPU from all others,
 * unless the kernel is built or booted to be preemptible (then preempt_disable()
 * does that, so this module calls it, to behave alike everywhere). So long loops
 * have to call cond_resched(): it lets others run if it is their turn. Here a
 * thread computes for a second; another one on the same CPU wants to run.
 * Do this for half a minute and the kernel complains: "soft lockup".
 *
 * Usage:
 *	make run EVAL='insmod /schedule.ko; rmmod schedule; poweroff'
 *	make run EVAL='insmod /schedule.ko breaks=1; rmmod schedule; poweroff'
 *
 * Expected:
 *	schedule: computing for 1000 ms, without a break
 *	schedule: no other thread had a turn
 *	run: the guest powered off (exit status 0)
 *	schedule: computing for 1000 ms, with breaks
 *	schedule: another thread had turns meanwhile
 *	run: the guest powered off (exit status 0)
 *
 * Usage:
 *	insmod /schedule.ko ms=10001
 *	insmod /schedule.ko ms=100
 *	rmmod schedule
 *
 * Expected:
 *	insmod: can't insert '/schedule.ko': Invalid argument
 *	schedule: computing for 100 ms, without a break
 *	schedule: no other thread had a turn
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
 * See: Documentation/locking/preempt-locking.rst, kernel_module/kthreads.c
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>

/* Short of the 20 s after which the kernel reports a soft lockup. */
#define SCHEDULE_MAX_MS 10000

static bool breaks;
module_param(breaks, bool, 0444);
MODULE_PARM_DESC(breaks, "call cond_resched() now and then");

static unsigned int ms = 1000;
module_param(ms, uint, 0444);
MODULE_PARM_DESC(ms, "milliseconds to compute, up to 10000");

static atomic_t schedule_turns = ATOMIC_INIT(0);
static bool schedule_had_turn;
static DECLARE_COMPLETION(schedule_done);

/* Wants the CPU for a moment, all the time. */
static int schedule_other(void *unused)
{
	while (!kthread_should_stop()) {
		atomic_inc(&schedule_turns);
		usleep_range(500, 1000);
	}
	return 0;
}

static int schedule_compute(void *unused)
{
	ktime_t end;
	int before;

	preempt_disable();
	before = atomic_read(&schedule_turns);
	end = ktime_add_ms(ktime_get(), ms);
	while (ktime_before(ktime_get(), end)) {
		cpu_relax();
		if (breaks) {
			preempt_enable();
			cond_resched();
			preempt_disable();
		}
	}
	schedule_had_turn = atomic_read(&schedule_turns) != before;
	preempt_enable();

	/* It ends by itself, and its very last steps are not in this module. */
	kthread_complete_and_exit(&schedule_done, 0);
}

static int __init schedule_init(void)
{
	unsigned int cpu = cpumask_first(cpu_online_mask);
	struct task_struct *other, *compute;

	if (ms > SCHEDULE_MAX_MS)
		return -EINVAL;

	other = kthread_run_on_cpu(schedule_other, NULL, cpu, "schedule/other");
	if (IS_ERR(other))
		return PTR_ERR(other);

	pr_info("computing for %u ms, %s\n", ms, breaks ? "with breaks" : "without a break");
	compute = kthread_run_on_cpu(schedule_compute, NULL, cpu, "schedule/compute");
	if (!IS_ERR(compute)) {
		wait_for_completion(&schedule_done);
		pr_info("%s\n", schedule_had_turn ?
			"another thread had turns meanwhile" :
			"no other thread had a turn");
	}
	kthread_stop(other);
	return PTR_ERR_OR_ZERO(compute);
}

/* Nothing is left to undo, but without this the module could not be removed. */
static void __exit schedule_exit(void)
{
}

module_init(schedule_init);
module_exit(schedule_exit);

MODULE_DESCRIPTION("A kernel thread that does not give up the CPU");
MODULE_LICENSE("GPL");
