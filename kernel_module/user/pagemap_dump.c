// SPDX-License-Identifier: GPL-2.0-only
/*
 * pagemap_dump - all pages that a process has in memory.
 *
 * Idea: /proc/PID/maps has the areas of addresses that a process may use, and
 * /proc/PID/pagemap what is behind each page of them. Most pages have nothing:
 * memory comes when it is touched first. Flags: f page of a file, s shared with
 * other processes, d written to (where the kernel keeps count), w swapped out.
 *
 * Usage:
 *	/pagemap_dump.out; echo $?
 *	/pagemap_dump.out self
 *
 * Expected:
 *	usage: pagemap_dump.out PID|self
 *	2
 *	address frame flags area
 *	...
 *	... 0x... ... /pagemap_dump.out
 *	...
 *	... 0x... ... [stack]
 *	...
 *
 * Needs: CONFIG_PROC_PAGE_MONITOR, root
 * See: Documentation/admin-guide/mm/pagemap.rst, kernel_module/user/virt_to_phys_user.c,
 *	rootfs_overlay/virt_to_phys_user.sh
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common.h"

static void dump_area(FILE *pagemap, uint64_t start, uint64_t end, const char *name)
{
	uint64_t address, entry, size = sysconf(_SC_PAGESIZE);

	for (address = start; address < end; address += size) {
		/* The kernel's own pages, such as [vsyscall], have no entries. */
		if (!pagemap_entry(pagemap, address, &entry))
			return;
		if (!(entry & (PAGE_PRESENT | PAGE_SWAPPED)))
			continue;
		printf("0x%" PRIx64 " 0x%" PRIx64 " %c%c%c%c %s\n", address,
		       entry & PAGE_PRESENT ? PAGE_FRAME(entry) : 0,
		       entry & PAGE_FILE ? 'f' : '-', entry & PAGE_EXCLUSIVE ? '-' : 's',
		       entry & PAGE_SOFT_DIRTY ? 'd' : '-', entry & PAGE_SWAPPED ? 'w' : '-',
		       name);
	}
}

int main(int argc, char **argv)
{
	uint64_t start, end;
	FILE *maps, *pagemap;
	char line[4096], *name;
	int at;

	if (argc != 2) {
		fprintf(stderr, "usage: pagemap_dump.out PID|self\n");
		return 2;
	}
	maps = open_proc(argv[1], "maps");
	setvbuf(maps, NULL, _IOFBF, 65536);
	pagemap = open_proc(argv[1], "pagemap");

	printf("address frame flags area\n");
	while (fgets(line, sizeof(line), maps)) {
		/* 7f00-7f10 r-xp 00001000 fe:00 12 /bin/busybox */
		at = 0;
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n", &start, &end, &at) < 2)
			continue;
		name = line + at;
		name[strcspn(name, "\n")] = '\0';
		dump_area(pagemap, start, end, *name ? name : "-");
	}
	return EXIT_SUCCESS;
}
