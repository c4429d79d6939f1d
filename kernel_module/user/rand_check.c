// SPDX-License-Identifier: GPL-2.0-only
/*
 * rand_check - what may differ from boot to boot, and what does not.
 *
 * Idea: a bug that shows in one boot of two often depends on an address, a time
 * or a random number. This prints them; run it in two boots and compare. The
 * kernels of these guests are told norandmaps: addresses stay until root writes
 * 2 to /proc/sys/kernel/randomize_va_space.
 *
 * Usage:
 *	/rand_check.out
 *
 * Expected:
 *	code 0x...
 *	data 0x...
 *	heap 0x...
 *	mmap 0x...
 *	stack 0x...
 *	canary 0x...
 *	random ...
 *	pid ...
 *	time ...
 *	uptime ...
 *
 * Needs: nothing
 * See: rootfs_overlay/rand_check_poweroff.sh, Documentation/admin-guide/sysctl/kernel.rst
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static int data = 1;

static void show_address(const char *name, const void *address)
{
	printf("%s 0x%lx\n", name, (unsigned long)address);
}

static void show_number(const char *name, const void *bytes)
{
	uint64_t number;

	memcpy(&number, bytes, sizeof(number));
	printf("%s 0x%016llx\n", name, (unsigned long long)number);
}

static void show_time(const char *name, clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	printf("%s %lld.%09ld\n", name, (long long)now.tv_sec, now.tv_nsec);
}

int main(void)
{
	const void *auxiliary = (const void *)getauxval(AT_RANDOM);
	uint64_t random = 0;
	int stack;

	show_address("code", (const void *)main);
	show_address("data", &data);
	show_address("heap", sbrk(0));
	show_address("mmap", mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	show_address("stack", &stack);
	/* 16 bytes that the kernel gives to each program, for its own secrets. */
	show_number("canary", auxiliary ? auxiliary : &random);
	/* Without waiting: early in the boot there may be no randomness yet. */
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		printf("random (none yet)\n");
	else
		show_number("random", &random);
	printf("pid %d\n", getpid());
	show_time("time", CLOCK_REALTIME);
	show_time("uptime", CLOCK_BOOTTIME);
	return EXIT_SUCCESS;
}
