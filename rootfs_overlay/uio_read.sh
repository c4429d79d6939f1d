#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# uio_read.sh - give a PCI device to a driver in user space.
#
# Idea: uio_pci_generic has an empty table of devices, so nothing is its own.
# Writing its name to a device's driver_override gives it that one device and no
# other of the kind. Then there is a file /dev/uioN, which uio_read.out waits on.
#
# Usage:
#	/uio_read.sh
#
# Expected:
#	KTAP version 1
#	1..8
#	ok 1 the driver has the device
#	ok 2 three interrupts
#	ok 3 the count goes on
#	ok 4 a wrong number of interrupts
#	ok 5 no such device
#	ok 6 a file that is no such device
#	ok 7 the count in sysfs
#	ok 8 the device is free again
#
# Needs: CONFIG_PCI, CONFIG_UIO_PCI_GENERIC, pci 1234:11e8
# See: kernel_module/user/uio_read.c, Documentation/driver-api/uio-howto.rst
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

# edu, or the one whose number uio_pci_min.sh says.
id=${1:-11e8}
for device in /sys/bus/pci/devices/*; do
	[ "$(cat "$device/vendor" "$device/device")" != "$(printf '0x1234\n0x%s' "$id")" ] || break
done
name=${device##*/}

release() {
	[ ! -e "$device/driver" ] || echo "$name" >"$device/driver/unbind"
	echo >"$device/driver_override"
}
trap release EXIT

# complaint COMMAND... prints the last words of its error, and its status.
complaint() {
	status=0
	text=$("$@" 2>&1) || status=$?
	echo "${text##*: } ($status)"
}

plan 8
modprobe -q uio_pci_generic || :
[ ! -e "$device/driver" ] || echo "$name" >"$device/driver/unbind"
echo uio_pci_generic >"$device/driver_override"
echo "$name" >/sys/bus/pci/drivers_probe
driver=$(readlink "$device/driver") || driver=none
check 'the driver has the device' uio_pci_generic "${driver##*/}"
uio=$(ls "$device/uio")

check 'three interrupts' "$(printf 'interrupt %d, status 0x%d0\n' 1 1 2 2 3 3)" "$(/uio_read.out "/dev/$uio")"
check 'the count goes on' 'interrupt 4, status 0x10' "$(/uio_read.out "/dev/$uio" 1)"
check 'a wrong number of interrupts' '/dev/uioN [INTERRUPTS] (2)' "$(complaint /uio_read.out "/dev/$uio" 0 | sed 's/.*out //')"
check 'no such device' 'No such file or directory (1)' "$(complaint /uio_read.out /dev/uio99)"
check 'a file that is no such device' 'No such file or directory (1)' "$(complaint /uio_read.out /dev/null)"
check 'the count in sysfs' 4 "$(cat "/sys/class/uio/$uio/event")"
release
check 'the device is free again' no "$([ ! -e "$device/driver" ] && [ ! -e "/dev/$uio" ] && echo no)"
finish
