// SPDX-License-Identifier: GPL-2.0-only
/*
 * init_dev_kmsg - an init that tells the kernel log that the boot is over.
 *
 * Idea: what is written to /dev/kmsg becomes a message of the kernel, with its
 * time and its way to every console. As the init, this marks the moment when the
 * kernel has done its part; then it powers off. The number in angle brackets is
 * facility times eight plus level, as for syslog.
 *
 * Usage:
 *	/init_dev_kmsg.out
 *
 * Expected:
 *	init_dev_kmsg: pid ..., the boot is over
 *
 * Usage:
 *	make run APPEND='init=/init_dev_kmsg.out'
 *
 * Expected:
 *	init_dev_kmsg: pid 1, the boot is over
 *	reboot: Power down
 *	run: the guest powered off (exit status 0)
 *
 * Needs: root
 * See: Documentation/ABI/testing/dev-kmsg, man 2 syslog
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

static int tell(void)
{
	char text[64];
	int fd, length;

	/* Not every kernel mounts /dev before it starts init. */
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd < 0 && !mount("devtmpfs", "/dev", "devtmpfs", 0, NULL))
		fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		perror("/dev/kmsg");
		return EXIT_FAILURE;
	}
	/* One write is one message. */
	length = snprintf(text, sizeof(text), "<13>init_dev_kmsg: pid %d, the boot is over\n", getpid());
	if (write(fd, text, length) != length) {
		perror("write /dev/kmsg");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

int main(void)
{
	int status = tell();

	if (getpid() != 1)
		return status;
	reboot(RB_POWER_OFF);
	return EXIT_FAILURE;
}
