// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll - wait until the file of the module poll is readable, and read it.
 *
 * Idea: poll() waits for one of many files; read() of one that is not ready
 * would wait for just that one, so the file is opened to not wait. "wrong" does
 * what a program should not do.
 *
 * Usage:
 *	insmod /poll.ko interval_ms=500
 *	/poll.out 1
 *	/poll.out wrong
 *	rmmod poll
 *	/poll.out 1
 *
 * Expected:
 *	read: Resource temporarily unavailable
 *	poll: nothing
 *	poll: readable
 *	tick 1
 *	read of less than a line: Invalid argument
 *	read into a bad pointer: Bad address
 *	write: Invalid argument
 *	seek: Illegal seek
 *	the module is removed: Resource temporarily unavailable
 *	/dev/poll: No such file or directory
 *
 * Needs: CONFIG_MODULES, CONFIG_DEVTMPFS, root
 * See: man 2 poll, kernel_module/poll.c
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEVICE "/dev/poll"
/* More than the kernel writes in one line. */
#define LINE 64

static void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

/* Waits for up to so many milliseconds; -1 is for ever. */
static void show_poll(int fd, int timeout_ms)
{
	struct pollfd fds = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI };

	if (poll(&fds, 1, timeout_ms) < 0)
		fail("poll");
	printf("poll: %s%s\n", fds.revents & POLLIN ? "readable" : "nothing",
	       fds.revents & ~(POLLIN | POLLRDNORM) ? ", and more" : "");
}

static void show_read(int fd)
{
	char line[LINE];
	ssize_t length = read(fd, line, sizeof(line));

	if (length < 0)
		printf("read: %s\n", strerror(errno));
	else
		printf("%.*s", (int)length, line);
}

static void try(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerror(errno) : "no error");
}

static int wrong(int fd)
{
	/* There is memory, but nobody may touch it. */
	void *nowhere = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char byte;

	try("read of less than a line", read(fd, &byte, 1));
	if (fcntl(fd, F_SETFL, 0))
		fail("fcntl");
	/* Without O_NONBLOCK it waits for a tick first. */
	try("read into a bad pointer", read(fd, nowhere, LINE));
	try("write", write(fd, "1", 1));
	try("seek", lseek(fd, 0, SEEK_SET));
	try("the module is removed", syscall(SYS_delete_module, "poll", O_NONBLOCK));
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int i, count, fd;

	count = argc == 2 ? atoi(argv[1]) : 0;
	if (argc != 2 || (count <= 0 && strcmp(argv[1], "wrong"))) {
		fprintf(stderr, "usage: poll.out COUNT | wrong\n");
		return 2;
	}

	fd = open(DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		fail(DEVICE);
	if (count <= 0)
		return wrong(fd);

	show_read(fd);
	show_poll(fd, 0);
	for (i = 0; i < count; i++) {
		/* What is printed before a wait shall be seen meanwhile. */
		fflush(stdout);
		show_poll(fd, -1);
		show_read(fd);
	}
	return EXIT_SUCCESS;
}
