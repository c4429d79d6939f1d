// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail_nth - insert a module while one allocation after the other fails.
 *
 * Idea: the way out of a half-done init is code that hardly ever runs. The
 * kernel can make the Nth allocation of a task fail: write N to
 * /proc/self/fail-nth, make the system call, read what is left of N. With N
 * from 1 on each place that can fail has failed once, and what was not undone is
 * seen by KASAN, lockdep or kmemleak.
 *
 * Usage:
 *	/fail_nth.out /params.ko number=7
 *	rmmod params
 *
 * Expected:
 *	/params.ko: refused ... times, inserted in spite of a failure ... times
 *	...
 *	params: init number=7 text=none
 *	params: exit number=7 text=none
 *	...
 *
 * Needs: CONFIG_FAILSLAB, CONFIG_FAULT_INJECTION_DEBUG_FS, /proc/self/fail-nth, root
 * See: Documentation/fault-injection/fault-injection.rst, lib/fault-inject.c
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* More than any module here has; a guard against an endless loop. */
enum { MOST = 5000 };

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

/* set writes a word to a file, if there is such a file. */
static void set(const char *file, const char *word)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, word, strlen(word)) < 0)
		die(file);
	close(fd);
}

/* name copies the module's name, as rmmod wants it, from a path. */
static void name(char *to, size_t size, const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t i;

	for (i = 0; i + 1 < size && base[i] && base[i] != '.'; i++)
		to[i] = base[i] == '-' ? '_' : base[i];
	to[i] = '\0';
}

/*
 * what_is_left reads what is left of N, and makes it 0. These calls copy too,
 * and a kernel that lets copies fail counts them: the last of N may be theirs.
 */
static int what_is_left(int nth)
{
	char text[16] = "";
	int left = 1;

	if (pread(nth, text, sizeof(text) - 1, 0) >= 0)
		left = atoi(text);
	else if (errno != EFAULT)
		die("/proc/self/fail-nth");
	while (pwrite(nth, "0", 1, 0) < 0)
		if (errno != EFAULT)
			die("/proc/self/fail-nth");
	return left;
}

int main(int argc, char **argv)
{
	char module[64], text[16] = "";
	int refused = 0, inserted = 0;
	int file, nth, n, error, left;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: fail_nth.out FILE ['NAME=VALUE ...']\n");
		return 2;
	}
	name(module, sizeof(module), argv[1]);
	file = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (file < 0)
		die(argv[1]);
	nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth < 0)
		die("/proc/self/fail-nth");
	/* Allocations that may sleep shall fail too, and without a stack each. */
	set("/sys/kernel/debug/failslab/ignore-gfp-wait", "N");
	set("/sys/kernel/debug/failslab/verbose", "0");
	set("/sys/kernel/debug/fail_page_alloc/verbose", "0");
	set("/sys/kernel/debug/fail_usercopy/verbose", "0");

	for (n = 1; n <= MOST; n++) {
		snprintf(text, sizeof(text), "%d", n);
		if (pwrite(nth, text, strlen(text), 0) < 0)
			die("/proc/self/fail-nth");
		error = syscall(SYS_finit_module, file, argc == 3 ? argv[2] : "", 0) ? errno : 0;
		left = what_is_left(nth);
		/* What is left of N was not needed: nothing has failed. */
		if (left > 0)
			break;
		if (error) {
			refused++;
			continue;
		}
		inserted++;
		if (syscall(SYS_delete_module, module, O_NONBLOCK))
			die(module);
	}
	printf("%s: refused %d times, inserted in spite of a failure %d times\n", argv[1], refused, inserted);
	if (n > MOST) {
		fprintf(stderr, "fail_nth.out: more than %d allocations\n", MOST);
		return EXIT_FAILURE;
	}
	errno = error;
	if (error)
		die(argv[1]);
	return EXIT_SUCCESS;
}
