// SPDX-License-Identifier: GPL-2.0-only
/*
 * myinsmod - insert a module with nothing but the system call.
 *
 * Idea: insmod is one call. finit_module() takes the open file and one string
 * with all parameters; the kernel does the rest: checks, relocates, calls init.
 *
 * Usage:
 *	/myinsmod.out /params.ko 'number=1 text=ahoj'
 *	/myinsmod.out /params.ko
 *	/myrmmod.out params
 *
 * Expected:
 *	params: init number=1 text=ahoj
 *	finit_module: File exists
 *	params: exit number=1 text=ahoj
 *
 * Usage:
 *	/myinsmod.out
 *	/myinsmod.out /nonexistent.ko
 *	/myinsmod.out /init
 *	/myinsmod.out /params.ko number=many
 *
 * Expected:
 *	usage: myinsmod.out FILE ['NAME=VALUE ...']
 *	/nonexistent.ko: No such file or directory
 *	finit_module: Exec format error
 *	Invalid ELF header magic: != ...ELF
 *	finit_module: Invalid argument
 *	params: `many' invalid for parameter `number'
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, root
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
