// SPDX-License-Identifier: GPL-2.0-only
/*
 * sleep_forever - an init that does nothing, and never ends.
 *
 * Idea: the kernel panics when process 1 ends. To look at a kernel alone, with
 * GDB or the emulator's monitor, give it an init that just sleeps.
 *
 * Usage:
 *	/sleep_forever.out & sleep 0.5; kill $! && echo it slept
 *
 * Expected:
 *	sleep_forever: pid ... sleeps
 *	it slept
 *
 * Usage:
 *	make run APPEND='init=/sleep_forever.out' TIMEOUT=15
 *
 * Expected:
 *	sleep_forever: pid 1 sleeps
 *	run: TIMEOUT=15 seconds passed (exit status 124)
 *
 * Needs: nothing
 * See: man 2 pause, kernel_module/user/poweroff.c
 */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	printf("sleep_forever: pid %d sleeps\n", getpid());
	fflush(stdout);
	/* A signal that has a handler ends one pause. */
	for (;;)
		pause();
}
