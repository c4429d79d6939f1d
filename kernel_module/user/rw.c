// SPDX-License-Identifier: GPL-2.0-only
/*
 * rw - read, write and seek in one open file, and tell each result.
 *
 * Idea: cat and echo hide what single system calls return. Here each argument is
 * one call on the same open file, and its result is a line: the number that it
 * returned, or the error. So one sees short reads, the position, and what a
 * driver says to an address that user space may not touch.
 *
 * Usage:
 *	: > /tmp/rw
 *	/rw.out /tmp/rw write:ahoj seek:1 read:2 read:9 read:9
 *	/rw.out /tmp/rw end:-1 badread:1 read:1 cur:-9 badwrite:1
 *	rm /tmp/rw
 *
 * Expected:
 *	write:ahoj 4
 *	seek:1 1
 *	read:2 2 "ho"
 *	read:9 1 "j"
 *	read:9 0 ""
 *	end:-1 3
 *	badread:1 Bad address
 *	read:1 1 "j"
 *	cur:-9 Invalid argument
 *	badwrite:1 Bad address
 *
 * Usage:
 *	/rw.out
 *	/rw.out /nonexistent/file read:1
 *	/rw.out /dev/null jump:3
 *
 * Expected:
 *	usage: rw.out FILE OPERATION...
 *	operations: read:LENGTH write:TEXT seek:OFFSET cur:OFFSET end:OFFSET
 *	            badread:LENGTH badwrite:LENGTH (with an address that is not mapped)
 *	/nonexistent/file: No such file or directory
 *	jump:3: no such operation
 *
 * Needs: nothing
 * See: man 2 read, man 2 lseek, rootfs_overlay/fops.sh
 */
#define _DEFAULT_SOURCE
#define _FILE_OFFSET_BITS 64
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LONGEST 65536

static char buffer[LONGEST];
static char *unmapped;

static void print_bytes(const char *p, size_t len)
{
	printf(" \"");
	for (; len--; p++) {
		if (*p == '\n')
			printf("\\n");
		else if (isprint((unsigned char)*p))
			putchar(*p);
		else
			printf("\\x%02x", (unsigned char)*p);
	}
	putchar('"');
}

/* is tells whether the operation, which has a colon, begins with the name. */
static int is(const char *operation, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(operation, name, len) && operation[len] == ':';
}

/* do_operation makes one system call; -1 is returned for an unknown one. */
static int do_operation(int fd, const char *operation)
{
	const char *value = strchr(operation, ':');
	long long number, result;
	size_t len;

	if (!value)
		return -1;
	value++;
	number = strtoll(value, NULL, 0);
	len = number < 0 ? 0 : number > LONGEST ? LONGEST : (size_t)number;

	if (is(operation, "read"))
		result = read(fd, buffer, len);
	else if (is(operation, "write"))
		result = write(fd, value, strlen(value));
	else if (is(operation, "seek"))
		result = lseek(fd, number, SEEK_SET);
	else if (is(operation, "cur"))
		result = lseek(fd, number, SEEK_CUR);
	else if (is(operation, "end"))
		result = lseek(fd, number, SEEK_END);
	else if (is(operation, "badread"))
		result = read(fd, unmapped, len);
	else if (is(operation, "badwrite"))
		result = write(fd, unmapped, len);
	else
		return -1;

	if (result < 0) {
		printf("%s %s\n", operation, strerror(errno));
		return 0;
	}
	printf("%s %lld", operation, result);
	if (is(operation, "read"))
		print_bytes(buffer, result > (long long)len ? len : (size_t)result);
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	int fd, i;

	if (argc < 3) {
		fprintf(stderr, "usage: rw.out FILE OPERATION...\n"
			"operations: read:LENGTH write:TEXT seek:OFFSET cur:OFFSET end:OFFSET\n"
			"            badread:LENGTH badwrite:LENGTH (with an address that is not mapped)\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	/* Memory to which nobody has any right. */
	unmapped = mmap(NULL, LONGEST, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (unmapped == MAP_FAILED) {
		perror("mmap");
		return EXIT_FAILURE;
	}
	for (i = 2; i < argc; i++) {
		if (do_operation(fd, argv[i])) {
			fprintf(stderr, "%s: no such operation\n", argv[i]);
			return 2;
		}
	}
	return EXIT_SUCCESS;
}
