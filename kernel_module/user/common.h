/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * common.h - /proc/PID/pagemap, which virt_to_phys_user and pagemap_dump read.
 *
 * It has 64 bits for each page of a process, see
 * Documentation/admin-guide/mm/pagemap.rst.
 */
#ifndef COMMON_H
#define COMMON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGE_PRESENT	(UINT64_C(1) << 63)
#define PAGE_SWAPPED	(UINT64_C(1) << 62)
#define PAGE_FILE	(UINT64_C(1) << 61)	/* of a file, or anonymous and shared */
#define PAGE_EXCLUSIVE	(UINT64_C(1) << 56)	/* mapped by this process alone */
#define PAGE_SOFT_DIRTY	(UINT64_C(1) << 55)	/* written to since somebody asked */
#define PAGE_FRAME(x)	((x) & ((UINT64_C(1) << 55) - 1))	/* 0 for who is not root */

static inline _Noreturn void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

/* Open a file of a process; pid may be "self". */
static inline FILE *open_proc(const char *pid, const char *name)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	file = fopen(path, "r");
	if (!file)
		die(path);
	/* A read is to be as long as it is asked for. */
	setvbuf(file, NULL, _IONBF, 0);
	return file;
}

/* The 64 bits of the page that has the address; false beyond what a process can have. */
static inline bool pagemap_entry(FILE *pagemap, uint64_t address, uint64_t *entry)
{
	off_t offset = address / sysconf(_SC_PAGESIZE) * sizeof(*entry);

	if (fseeko(pagemap, offset, SEEK_SET))
		die("pagemap");
	return fread(entry, sizeof(*entry), 1, pagemap) == 1;
}

#endif
