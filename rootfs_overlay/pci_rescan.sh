#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pci_rescan.sh - take a PCI device out of the running kernel and find it again.
#
# Idea: what a hot-plug controller does can be asked for in sysfs. "remove" makes
# the driver let go and forgets the device; "rescan" reads the configuration space
# of every slot, finds the device there still, gives it addresses, and the driver
# gets it as if it had just been plugged in.
#
# Usage:
#	/pci_rescan.sh
#
# Expected:
#	KTAP version 1
#	1..7
#	ok 1 the driver has the device
#	ok 2 removed: the driver says goodbye
#	ok 3 removed: no device, no file
#	ok 4 rescan: the device is back
#	ok 5 rescan: the driver has it again
#	ok 6 rescan: it works
#	ok 7 rescan: its interrupt too
#	...
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_PCI, CONFIG_DEBUG_FS, pci 1234:11e8
# See: Documentation/ABI/testing/sysfs-bus-pci, drivers/pci/pci-sysfs.c, kernel_module/pci.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

trap 'rmmod pci 2>/dev/null || :' EXIT

# driver prints the driver of the device.
driver() {
	name=$(readlink "/sys/bus/pci/devices/$device/driver") || name=none
	echo "${name##*/}"
}

plan 7
insmod /pci.ko
device=$(ls /sys/kernel/debug/pci)
check 'the driver has the device' pci "$(driver)"

echo 1 >"/sys/bus/pci/devices/$device/remove"
check 'removed: the driver says goodbye' "pci $device: bye after 0 interrupts" "$(log ': bye after')"
check 'removed: no device, no file' '' "$(ls -d "/sys/bus/pci/devices/$device" /sys/kernel/debug/pci/0* 2>/dev/null)"

echo 1 >/sys/bus/pci/rescan
check 'rescan: the device is back' '0x1234 0x11e8' "$(cd "/sys/bus/pci/devices/$device" && echo "$(cat vendor) $(cat device)")"
check 'rescan: the driver has it again' pci "$(driver)"
echo 0xffff0000 >"/sys/kernel/debug/pci/$device/live"
check 'rescan: it works' 0x0000ffff "$(cat "/sys/kernel/debug/pci/$device/live")"
echo 6 >"/sys/kernel/debug/pci/$device/factorial"
check 'rescan: its interrupt too' 720 "$(cat "/sys/kernel/debug/pci/$device/factorial")"
finish
