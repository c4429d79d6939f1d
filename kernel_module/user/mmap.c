// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmap - share memory with the module mmap.
 *
 * Idea: the file of the module is mapped, all of it and then a part, and also
 * read and written, to see both sides. "wrong" asks for mappings that cannot be.
 *
 * Usage:
 *	insmod /mmap.ko
 *	/mmap.out
 *	/mmap.out wrong
 *	rmmod mmap
 *	/mmap.out
 *
 * Expected:
 *	read of what was written to the mapping: from user space
 *	mapping of what was written to the file: from the kernel
 *	the same after the file was closed: from the kernel
 *	a second mapping, of page 1: the kernel
 *	one page too long: Invalid argument
 *	one page at the end, too long by one: Invalid argument
 *	beginning after the end: Invalid argument
 *	beginning far after the end: Invalid argument
 *	beginning within a page: Invalid argument
 *	grown later: Bad address
 *	writable, of a file that is not: Permission denied
 *	read into a bad pointer: Bad address
 *	write from a bad pointer: Bad address
 *	write at the end: No space left on device
 *	the module is removed: Resource temporarily unavailable
 *	the mapping after all that: still there
 *	/dev/mmap: No such file or directory
 *
 * Needs: CONFIG_MODULES, CONFIG_DEVTMPFS, root
 * See: man 2 mmap, kernel_module/mmap.c
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEVICE "/dev/mmap"
#define PAGES 2

static size_t page;

static void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int device(int flags)
{
	int fd = open(DEVICE, flags | O_CLOEXEC);

	if (fd < 0)
		fail(DEVICE);
	return fd;
}

static char *map(int fd, size_t pages, off_t offset)
{
	return mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
}

static char *must_map(int fd, size_t pages, off_t offset)
{
	char *memory = map(fd, pages, offset);

	if (memory == MAP_FAILED)
		fail("mmap");
	return memory;
}

static int share(void)
{
	static const char ours[] = "from user space\n", theirs[] = "from the kernel\n";
	char text[sizeof(ours)] = "";
	int fd = device(O_RDWR);
	char *memory = must_map(fd, PAGES, 0), *second;

	strcpy(memory, ours);
	if (pread(fd, text, sizeof(text), 0) != sizeof(text))
		fail("pread");
	printf("read of what was written to the mapping: %s", text);

	/* The last bytes of the first page and the first ones of the next. */
	if (pwrite(fd, theirs, sizeof(theirs), page - 5) != sizeof(theirs))
		fail("pwrite");
	printf("mapping of what was written to the file: %s", memory + page - 5);

	second = must_map(fd, 1, page);
	close(fd);
	printf("the same after the file was closed: %s", memory + page - 5);
	munmap(memory, PAGES * page);
	printf("a second mapping, of page 1: %s", second);
	return EXIT_SUCCESS;
}

static void try(const char *what, int failed)
{
	printf("%s: %s\n", what, failed ? strerror(errno) : "no error");
}

static int wrong(void)
{
	int fd = device(O_RDWR), readable = device(O_RDONLY);
	char *memory = must_map(fd, 1, page);
	/* There is memory, but nobody may touch it. */
	void *nowhere = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char byte = 0;

	try("one page too long", map(fd, PAGES + 1, 0) == MAP_FAILED);
	try("one page at the end, too long by one", map(fd, 2, page) == MAP_FAILED);
	try("beginning after the end", map(fd, 1, PAGES * page) == MAP_FAILED);
	try("beginning far after the end", map(fd, 1, 0x7ffff000UL / page * page) == MAP_FAILED);
	try("beginning within a page", map(fd, 1, 1) == MAP_FAILED);
	try("grown later", mremap(memory, page, 2 * page, MREMAP_MAYMOVE) == MAP_FAILED);
	try("writable, of a file that is not", map(readable, 1, 0) == MAP_FAILED);
	try("read into a bad pointer", pread(fd, nowhere, 1, 0) < 0);
	try("write from a bad pointer", pwrite(fd, nowhere, 1, 0) < 0);
	try("write at the end", pwrite(fd, &byte, 1, PAGES * page) < 0);

	/* The mapping alone holds the module. */
	strcpy(memory, "still there");
	close(fd);
	close(readable);
	try("the module is removed", syscall(SYS_delete_module, "mmap", O_NONBLOCK) < 0);
	printf("the mapping after all that: %s\n", memory);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	page = sysconf(_SC_PAGESIZE);
	if (argc == 1)
		return share();
	if (argc == 2 && !strcmp(argv[1], "wrong"))
		return wrong();
	fprintf(stderr, "usage: mmap.out [wrong]\n");
	return 2;
}
