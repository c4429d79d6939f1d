// SPDX-License-Identifier: GPL-2.0-only
/*
 * efault - read and write a file with an address where there is no memory.
 *
 * Idea: what a program gives as a buffer is just a number. A driver that goes
 * through copy_to_user() and copy_from_user() answers EFAULT to a bad one; one
 * that does not is an oops, or a way into the kernel.
 *
 * Usage:
 *	/efault.out /dev/zero 16
 *	/efault.out /dev/null 16
 *
 * Expected:
 *	read: Bad address
 *	write: 16
 *	read: 0
 *	write: 16
 *
 * Needs: root
 * See: man 2 read, rootfs_overlay/misc_device.sh
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void show(const char *call, ssize_t result)
{
	if (result < 0)
		printf("%s: %s\n", call, strerror(errno));
	else
		printf("%s: %zd\n", call, result);
}

int main(int argc, char **argv)
{
	unsigned long size = argc == 3 ? strtoul(argv[2], NULL, 0) : 0;
	void *nowhere;
	int fd;

	if (!size) {
		fprintf(stderr, "usage: efault.out FILE BYTES\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	/* Addresses that are ours, and that nobody may touch. */
	nowhere = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (nowhere == MAP_FAILED) {
		perror("mmap");
		return EXIT_FAILURE;
	}
	show("read", read(fd, nowhere, size));
	show("write", write(fd, nowhere, size));
	return EXIT_SUCCESS;
}
