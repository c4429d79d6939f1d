// SPDX-License-Identifier: GPL-2.0-only
/*
 * virt_to_phys_user - the physical address of an address of a process.
 *
 * Idea: each process has page tables of its own. The kernel shows them to root in
 * /proc/PID/pagemap, 64 bits a page; bits 0 to 54 are the number of the page
 * frame in physical memory. The offset within the page is the same for both.
 *
 * Usage:
 *	/virt_to_phys_user.out; echo $?
 *	/virt_to_phys_user.out self 0
 *	/virt_to_phys_user.out 0 0x1000
 *	/virt_to_phys_user.out self many
 *
 * Expected:
 *	usage: virt_to_phys_user.out PID|self ADDRESS
 *	2
 *	0x0: no page is there
 *	/proc/0/pagemap: No such file or directory
 *	usage: virt_to_phys_user.out PID|self ADDRESS
 *
 * Needs: CONFIG_PROC_PAGE_MONITOR, root
 * See: Documentation/admin-guide/mm/pagemap.rst, kernel_module/user/usermem.c,
 *	rootfs_overlay/virt_to_phys_user.sh
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "common.h"

int main(int argc, char **argv)
{
	uint64_t virt, entry, size = sysconf(_SC_PAGESIZE);
	char *end = "x";

	virt = argc == 3 ? strtoull(argv[2], &end, 0) : 0;
	if (*end || end == argv[2]) {
		fprintf(stderr, "usage: virt_to_phys_user.out PID|self ADDRESS\n");
		return 2;
	}

	if (!pagemap_entry(open_proc(argv[1], "pagemap"), virt, &entry) ||
	    !(entry & PAGE_PRESENT)) {
		fprintf(stderr, "0x%" PRIx64 ": no page is there\n", virt);
		return EXIT_FAILURE;
	}
	if (!PAGE_FRAME(entry)) {
		fprintf(stderr, "the kernel tells page frames to root only\n");
		return EXIT_FAILURE;
	}
	printf("0x%" PRIx64 "\n", PAGE_FRAME(entry) * size + virt % size);
	return EXIT_SUCCESS;
}
