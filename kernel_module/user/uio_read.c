// SPDX-License-Identifier: GPL-2.0-only
/*
 * uio_read - wait for interrupts of a PCI device in user space.
 *
 * Idea: uio_pci_generic is a driver for devices whose real driver is a program.
 * It does one thing: it turns an interrupt into four bytes to read from
 * /dev/uioN, the number of interrupts so far. As it does not know how to make
 * the device quiet, it switches the device's interrupt off, and the program
 * switches it on again, in the configuration space, when it has done its work
 * in the registers, which it maps from sysfs. The device is QEMU's edu, or our
 * lkmc-pci-min: both raise interrupts when told to.
 *
 * Usage:
 *	/uio_read.out; echo $?
 *
 * Expected:
 *	usage: uio_read.out /dev/uioN [INTERRUPTS]
 *	2
 *
 * Needs: nothing
 * See: rootfs_overlay/uio_read.sh and uio_pci_min.sh, which give the driver a
 *	device, Documentation/driver-api/uio-howto.rst, drivers/uio/uio_pci_generic.c
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

/* Registers, as 32-bit words from the start of BAR 0. */
static const struct device {
	unsigned long id;	/* of the device, of QEMU's vendor 1234 */
	unsigned int raise;	/* a write raises the interrupt */
	unsigned int status;	/* what was written */
	unsigned int lower;	/* a write of the status lowers it */
} devices[] = {
	{ 0x11e8, 0x60 / 4, 0x24 / 4, 0x64 / 4 },	/* edu */
	{ 0x11eb, 0x00 / 4, 0x00 / 4, 0x04 / 4 },	/* lkmc-pci-min */
};

/* The command register of any PCI device, and its bit that forbids interrupts. */
#define PCI_COMMAND		4
#define PCI_COMMAND_INTX_OFF	0x400

static const struct device *device;
static volatile uint32_t *regs;
static bool swapped;

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
static int open_sysfs(const char *uio, const char *name, int flags)
{
	const char *base = strrchr(uio, '/');
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/class/uio/%s/device/%s", base ? base + 1 : uio, name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		die(path);
	return fd;
}

/* Find out which of the devices it is. */
static void identify(const char *uio)
{
	char text[16] = "";
	int fd = open_sysfs(uio, "device", O_RDONLY);

	if (read(fd, text, sizeof(text) - 1) < 0)
		die("read device");
	close(fd);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (devices[i].id == strtoul(text, NULL, 16))
			device = &devices[i];
	if (!device) {
		fprintf(stderr, "%s: is neither edu nor lkmc-pci-min: device %s", uio, text);
		exit(EXIT_FAILURE);
	}
}

static void map_registers(const char *uio)
{
	int fd = open_sysfs(uio, "resource0", O_RDWR);
	void *map = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		die("mmap resource0");
	close(fd);
	regs = map;
	/* QEMU gives the registers of edu the byte order of the arch; the first ends in 00ed. */
	swapped = device == &devices[0] && (get(0) & 0xffff) != 0x00ed;
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
	status = get(device->status);
	set(device->lower, status);
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
	identify(argv[1]);
	map_registers(argv[1]);
	config = open_sysfs(argv[1], "config", O_RDWR);

	/* What somebody left behind is not for us. */
	set(device->lower, get(device->status));
	for (int i = 1; i <= n; i++) {
		allow_interrupt(config);
		set(device->raise, 0x10 * i);
		wait_interrupt(fd);
	}
	return EXIT_SUCCESS;
}
