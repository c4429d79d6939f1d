// SPDX-License-Identifier: GPL-2.0-only
/*
 * usermem - a process with a text in its memory, to look at from outside.
 *
 * Idea: it tells where its text is, then only looks at it. If the text changes,
 * somebody else has written to the memory: through /proc/PID/mem, or straight to
 * the physical address that virt_to_phys_user.out tells.
 *
 * Usage:
 *	/usermem.out; echo $?
 *	/usermem.out 0.1 'some text'
 *
 * Expected:
 *	usage: usermem.out SECONDS TEXT
 *	2
 *	pid ..., virtual 0x..., text some text
 *	as before: some text
 *
 * Needs: nothing
 * See: kernel_module/user/virt_to_phys_user.c, rootfs_overlay/virt_to_phys_user.sh
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOKS_PER_SECOND 20

int main(int argc, char **argv)
{
	const char *given;
	char *text, *end = NULL;
	double seconds;

	seconds = argc == 3 ? strtod(argv[1], &end) : -1;
	if (seconds < 0 || *end || end == argv[1]) {
		fprintf(stderr, "usage: usermem.out SECONDS TEXT\n");
		return 2;
	}

	given = argv[2];
	/* At the start of a page, so that up to a page of text is in one piece. */
	if (posix_memalign((void **)&text, sysconf(_SC_PAGESIZE), strlen(given) + 1)) {
		fprintf(stderr, "no memory\n");
		return EXIT_FAILURE;
	}
	memcpy(text, given, strlen(given) + 1);
	printf("pid %d, virtual 0x%lx, text %s\n", getpid(), (unsigned long)text, text);
	fflush(stdout);

	for (double looks = seconds * LOOKS_PER_SECOND; looks > 0; looks--) {
		usleep(1000000 / LOOKS_PER_SECOND);
		if (strcmp(text, given)) {
			printf("changed: %.*s\n", (int)strlen(given), text);
			return EXIT_SUCCESS;
		}
	}
	printf("as before: %s\n", text);
	return EXIT_SUCCESS;
}
