// SPDX-License-Identifier: GPL-2.0-only
/*
 * myinsmod - insert a module with nothing but the system call.
 *
 * Idea: insmod is one call. finit_module() takes the open file and one string
 * with all parameters; the kernel does the rest: checks, relocates, calls init.
 *
 * Usage:
 *	/myinsmod.out /params.ko 'number=1 text=ahoj'
 *
 * Expected:
 *	params: init number=1 text=ahoj
 *
 * Needs: CONFIG_MODULES, root
 * See: man 2 finit_module, kernel_module/user/myrmmod.c
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *params;
	int fd;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: myinsmod.out FILE ['NAME=VALUE ...']\n");
		return 2;
	}
	params = argc == 3 ? argv[2] : "";

	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	if (syscall(SYS_finit_module, fd, params, 0)) {
		perror("finit_module");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
