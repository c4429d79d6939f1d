#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# uio_pci_min.sh - give the smallest PCI device to a driver in user space.
#
# Idea: what pci_min does in the kernel a program can do: it maps the same two
# registers, and waits in /dev/uioN for the same interrupt. Another device is another
# three addresses, no more. The tests are those of uio_read.sh.
#
# Usage:
#	/uio_pci_min.sh
#
# Expected:
#	KTAP version 1
#	1..8
#	ok 1 the driver has the device
#	ok 2 three interrupts
#	ok 3 the count goes on
#	...
#	ok 7 the count in sysfs
#	ok 8 the device is free again
#
# Needs: CONFIG_PCI, CONFIG_UIO_PCI_GENERIC, pci 1234:11eb
# See: kernel_module/user/uio_read.c, rootfs_overlay/uio_read.sh, kernel_module/pci_min.c
set -eu

exec /uio_read.sh 11eb
