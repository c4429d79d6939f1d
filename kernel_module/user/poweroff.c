// SPDX-License-Identifier: GPL-2.0-only
/*
 * poweroff - switch the machine off with nothing but the system call.
 *
 * Idea: init tells every program to stop, then makes this one call. Without
 * the telling it takes no time, and this program can itself be the init.
 *
 * Usage:
 *	make run APPEND='init=/poweroff.out'
 *
 * Expected:
 *	reboot: Power down
 *	run: the guest powered off (exit status 0)
 *
 * Usage:
 *	make run EVAL='/poweroff.out'
 *
 * Expected:
 *	reboot: Power down
 *	run: the guest powered off (exit status 0)
 *
 * Needs: root
 * See: man 2 reboot, kernel/reboot.c
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

int main(void)
{
	/* What was written last may still wait in the serial port; not to be
	 * on a terminal is no error.
	 */
	tcdrain(STDOUT_FILENO);
	sync();
	reboot(RB_POWER_OFF);
	/* Here only if refused. In an init, returning panics the kernel. */
	perror("reboot");
	return EXIT_FAILURE;
}
