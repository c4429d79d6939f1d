// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl - give commands to the module ioctl.
 *
 * Idea: the number of a command and the type of what it points to come from the
 * header that the module is compiled with. "wrong" does what a program should
 * not do, and shows what the kernel says to it.
 *
 * Usage:
 *	insmod /ioctl.ko
 *	/ioctl.out set 2147483647
 *	/ioctl.out get
 *	/ioctl.out divide 7 2
 *	/ioctl.out divide 7 0
 *	/ioctl.out wrong
 *	rmmod ioctl
 *	/ioctl.out get
 *
 * Expected:
 *	2147483647
 *	3 1
 *	divide: Invalid argument
 *	unknown command: Inappropriate ioctl for device
 *	set of another size: Inappropriate ioctl for device
 *	set from a bad pointer: Bad address
 *	get to a bad pointer: Bad address
 *	get to read-only memory: Bad address
 *	divide at a bad pointer: Bad address
 *	divide in read-only memory: Bad address
 *	/dev/ioctl: No such file or directory
 *
 * Needs: CONFIG_MODULES, CONFIG_DEVTMPFS, root
 * See: man 2 ioctl, kernel_module/ioctl.h, kernel_module/ioctl.c
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../ioctl.h"

#define DEVICE "/dev/ioctl"

static int help(void)
{
	fprintf(stderr, "usage: ioctl.out set NUMBER | get | divide DIVIDEND DIVISOR | wrong\n");
	return 2;
}

/* Each process gives one command, so its end closes the device. */
static int device(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		perror(DEVICE);
		exit(EXIT_FAILURE);
	}
	return fd;
}

static int command(const char *name, unsigned long number, void *arg)
{
	if (!ioctl(device(), number, arg))
		return EXIT_SUCCESS;
	perror(name);
	return EXIT_FAILURE;
}

static int set(const char *text)
{
	char *end;
	long long value;
	__s32 number;

	errno = 0;
	value = strtoll(text, &end, 0);
	if (errno || end == text || *end || value < INT32_MIN || value > INT32_MAX)
		return help();
	number = value;
	return command("set", IOCTL_SET, &number);
}

static int get(void)
{
	__s32 number;
	int status = command("get", IOCTL_GET, &number);

	if (status == EXIT_SUCCESS)
		printf("%d\n", number);
	return status;
}

static int divide(const char *dividend, const char *divisor)
{
	struct ioctl_division division = { 0 };
	char *end1, *end2;
	unsigned long long small;
	int status;

	errno = 0;
	division.dividend = strtoull(dividend, &end1, 0);
	small = strtoull(divisor, &end2, 0);
	if (errno || end1 == dividend || *end1 || end2 == divisor || *end2 || small > UINT32_MAX)
		return help();
	division.divisor = small;

	status = command("divide", IOCTL_DIVIDE, &division);
	if (status == EXIT_SUCCESS)
		printf("%llu %u\n", (unsigned long long)division.quotient, division.remainder);
	return status;
}

static void try(int fd, const char *what, unsigned long number, void *arg)
{
	printf("%s: %s\n", what, ioctl(fd, number, arg) ? strerror(errno) : "no error");
}

static int wrong(void)
{
	/* Constant, so in memory that can only be read. */
	static const struct ioctl_division constant = { .dividend = 1, .divisor = 1 };
	/* Nothing is mapped at the lowest addresses. */
	void *nowhere = (void *)16;
	int fd = device();

	try(fd, "unknown command", _IO(IOCTL_MAGIC, 99), NULL);
	try(fd, "set of another size", _IOW(IOCTL_MAGIC, 1, __u64), nowhere);
	try(fd, "set from a bad pointer", IOCTL_SET, nowhere);
	try(fd, "get to a bad pointer", IOCTL_GET, nowhere);
	try(fd, "get to read-only memory", IOCTL_GET, (void *)&constant);
	try(fd, "divide at a bad pointer", IOCTL_DIVIDE, nowhere);
	try(fd, "divide in read-only memory", IOCTL_DIVIDE, (void *)&constant);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 3 && !strcmp(what, "set"))
		return set(argv[2]);
	if (argc == 2 && !strcmp(what, "get"))
		return get();
	if (argc == 4 && !strcmp(what, "divide"))
		return divide(argv[2], argv[3]);
	if (argc == 2 && !strcmp(what, "wrong"))
		return wrong();
	return help();
}
