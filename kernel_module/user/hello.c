// SPDX-License-Identifier: GPL-2.0-only
/*
 * hello - the smallest user program of the guest.
 *
 * Idea: linked statically, a program needs nothing in the guest but a kernel.
 *
 * Usage:
 *	/hello.out
 *
 * Expected:
 *	hello
 *
 * Needs: nothing
 * See: kernel_module/hello.c
 */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	if (puts("hello") == EOF || fflush(stdout) == EOF) {
		perror("hello");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
