// SPDX-License-Identifier: GPL-2.0-only
/*
 * myrmmod - remove a module with nothing but the system call.
 *
 * Idea: delete_module() takes the module's name, not its file. O_NONBLOCK is
 * the only mode left: a module in use is refused, not waited for.
 *
 * Usage:
 *	/myinsmod.out /hello.ko
 *	/myrmmod.out hello
 *
 * Expected:
 *	hello init
 *	hello exit
 *
 * Usage:
 *	/myrmmod.out
 *	/myrmmod.out hello
 *	modprobe dep2
 *	/myrmmod.out dep
 *	modprobe -r dep2
 *
 * Expected:
 *	usage: myrmmod.out NAME
 *	delete_module: No such file or directory
 *	dep: ready
 *	dep2: got number 1
 *	delete_module: Resource temporarily unavailable
 *	dep2: done
 *	dep: numbers given: 1
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, root
 * See: man 2 delete_module, kernel_module/user/myinsmod.c
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: myrmmod.out NAME\n");
		return 2;
	}
	if (syscall(SYS_delete_module, argv[1], O_NONBLOCK)) {
		perror("delete_module");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
