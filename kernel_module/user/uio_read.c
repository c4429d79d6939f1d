// SPDX-License-Identifier: GPL-2.0-only
/*
 * uio_read - wait for interrupts of a PCI device in user space.
 *
 * Idea: uio_pci_generic is a driver for devices whose real driver is a program.
 * It does one thing: it turns an interrupt into four bytes to read from
 * /dev/uioN, the number of interrupts so far. As it does not know how to make
 * the device quiet, it switches the device's interrupt off, and the program
 * switches it on again, in the configuration space, when it has done its work
 * in the registers, which it maps from sysfs. The device is QEMU's edu, which
 * raises interrupts when told to.
 *
 * Usage:
 *	/uio_read.out; echo $?
 *
 * Expected:
 *	usage: uio_read.out /dev/uioN [INTERRUPTS]
 *	2
 *
 * Needs: nothing
 * See: rootfs_overlay/uio_read.sh, which gives the device to the driver,
 *	Documentation/driver-api/uio-howto.rst, drivers/uio/uio_pci_generic.c
 */
#define _GNU_SOURCE
#include <endian.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Registers of edu; as 32-bit words from the start of BAR 0. */
enum { EDU_ID = 0x00 / 4, EDU_IRQ_STATUS = 0x24 / 4, EDU_IRQ_RAISE = 0x60 / 4, EDU_IRQ_ACK = 0x64 / 4 };

/* The command register of any PCI device, and its bit that forbids interrupts. */
#define PCI_COMMAND		4
#define PCI_COMMAND_INTX_OFF	0x400

static volatile uint32_t *regs;
static bool swapped;

/* QEMU gives the registers of edu the byte order of the arch. */
static uint32_t get(unsigned int reg)
{
	return swapped ? be32toh(regs[reg]) : le32toh(regs[reg]);
}

static void set(unsigned int reg, uint32_t value)
{
	regs[reg] = swapped ? htobe32(value) : htole32(value);
}

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

/* Open a file of the device in sysfs. */
static int open_sysfs(const char *uio, const char *name)
{
	const char *base = strrchr(uio, '/');
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/class/uio/%s/device/%s", base ? base + 1 : uio, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die(path);
	return fd;
}

static void map_registers(const char *uio)
{
	int fd = open_sysfs(uio, "resource0");
	void *map = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		die("mmap resource0");
	close(fd);
	regs = map;
	swapped = (get(EDU_ID) & 0xffff) != 0x00ed;
	if ((get(EDU_ID) & 0xffff) != 0x00ed) {
		fprintf(stderr, "%s: is no edu: identification 0x%08x\n", uio, regs[EDU_ID]);
		exit(EXIT_FAILURE);
	}
}

static void allow_interrupt(int config)
{
	uint16_t command;

	if (pread(config, &command, sizeof(command), PCI_COMMAND) != sizeof(command))
		die("read config");
	command &= htole16(~PCI_COMMAND_INTX_OFF);
	if (pwrite(config, &command, sizeof(command), PCI_COMMAND) != sizeof(command))
		die("write config");
}

/* Print what comes within two seconds. */
static void wait_interrupt(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	uint32_t count, status;

	if (poll(&wait, 1, 2000) != 1) {
		fprintf(stderr, "no interrupt came\n");
		exit(EXIT_FAILURE);
	}
	if (read(fd, &count, sizeof(count)) != sizeof(count))
		die("read interrupts");
	status = get(EDU_IRQ_STATUS);
	set(EDU_IRQ_ACK, status);
	printf("interrupt %u, status 0x%x\n", count, status);
}

int main(int argc, char **argv)
{
	int fd, config, n;

	n = argc == 3 ? atoi(argv[2]) : 3;
	if (argc < 2 || argc > 3 || n < 1) {
		fprintf(stderr, "usage: uio_read.out /dev/uioN [INTERRUPTS]\n");
		return 2;
	}

	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die(argv[1]);
	map_registers(argv[1]);
	config = open_sysfs(argv[1], "config");

	/* What somebody left behind is not for us. */
	set(EDU_IRQ_ACK, get(EDU_IRQ_STATUS));
	for (int i = 1; i <= n; i++) {
		allow_interrupt(config);
		set(EDU_IRQ_RAISE, 0x10 * i);
		wait_interrupt(fd);
	}
	return EXIT_SUCCESS;
}
