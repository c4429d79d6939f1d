// SPDX-License-Identifier: GPL-2.0-only
/*
 * anonymous_inode - counters that are files without a name.
 *
 * Idea: each command to the device gives a descriptor of a counter of its own,
 * which goes on when the device is closed. /proc shows what it is instead of a
 * name. Each of the numbers is where a counter begins, and is read twice, in
 * turn with the others. "wrong" does what a program should not do.
 *
 * Usage:
 *	insmod /anonymous_inode.ko
 *	/anonymous_inode.out 7
 *	/anonymous_inode.out 4294967295
 *	/anonymous_inode.out wrong
 *	rmmod anonymous_inode
 *	/anonymous_inode.out 7
 *
 * Expected:
 *	anon_inode:[anonymous_inode]
 *	7
 *	8
 *	anon_inode:[anonymous_inode]
 *	4294967295
 *	0
 *	unknown command: Inappropriate ioctl for device
 *	bad pointer to the number: Bad address
 *	no descriptor left: Too many open files
 *	read into a bad pointer: Bad address
 *	read of less than a line: Invalid argument
 *	write: Bad file descriptor
 *	the module is removed: Resource temporarily unavailable
 *	none of these counted: 100
 *	/dev/anonymous_inode: No such file or directory
 *
 * Needs: CONFIG_MODULES, CONFIG_DEVTMPFS, root
 * See: man 5 proc, kernel_module/anonymous_inode.c
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../anonymous_inode.h"

#define DEVICE "/dev/anonymous_inode"
#define MAX_COUNTERS 16

static int help(void)
{
	fprintf(stderr, "usage: anonymous_inode.out NUMBER... (up to %d) | wrong\n", MAX_COUNTERS);
	return 2;
}

static void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int device(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail(DEVICE);
	return fd;
}

static int counter(int dev, __u32 first)
{
	int fd = ioctl(dev, ANONYMOUS_INODE_GET, &first);

	if (fd < 0)
		fail("ioctl");
	return fd;
}

static void show_next(int fd)
{
	char line[32];
	ssize_t length = read(fd, line, sizeof(line));

	if (length < 0)
		fail("read");
	printf("%.*s", (int)length, line);
}

/* What /proc calls the file. */
static void show_name(int fd)
{
	char path[32], name[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	length = readlink(path, name, sizeof(name));
	if (length < 0)
		fail(path);
	printf("%.*s\n", (int)length, name);
}

static void try(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerror(errno) : "no error");
}

static int wrong(void)
{
	/* There is memory, but nobody may touch it. */
	void *nowhere = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct rlimit limit;
	int dev = device();
	int fd = counter(dev, 100);
	__u32 first = 0;
	char byte;

	try("unknown command", ioctl(dev, _IO(0xb8, 99)));
	try("bad pointer to the number", ioctl(dev, ANONYMOUS_INODE_GET, nowhere));

	if (getrlimit(RLIMIT_NOFILE, &limit))
		fail("getrlimit");
	limit.rlim_cur = fd + 1;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		fail("setrlimit");
	try("no descriptor left", ioctl(dev, ANONYMOUS_INODE_GET, &first));

	try("read into a bad pointer", read(fd, nowhere, 32));
	try("read of less than a line", read(fd, &byte, 1));
	try("write", write(fd, "1", 1));
	/* The counter holds the module, though the device is closed. */
	close(dev);
	try("the module is removed", syscall(SYS_delete_module, "anonymous_inode", O_NONBLOCK));
	printf("none of these counted: ");
	fflush(stdout);
	show_next(fd);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int fds[MAX_COUNTERS] = { -1 };
	__u32 first[MAX_COUNTERS];
	int i, n = argc - 1, dev;

	if (n == 1 && !strcmp(argv[1], "wrong"))
		return wrong();
	if (n < 1 || n > MAX_COUNTERS)
		return help();
	for (i = 0; i < n; i++) {
		char *end;
		unsigned long long number;

		errno = 0;
		number = strtoull(argv[i + 1], &end, 0);
		if (errno || end == argv[i + 1] || *end || number > UINT32_MAX)
			return help();
		first[i] = number;
	}

	dev = device();
	for (i = 0; i < n; i++)
		fds[i] = counter(dev, first[i]);
	close(dev);

	show_name(fds[0]);
	for (i = 0; i < 2 * n; i++)
		show_next(fds[i % n]);
	return EXIT_SUCCESS;
}
