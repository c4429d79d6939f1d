#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pci_min.sh - what a write to the smallest PCI device sets going, and what it refuses.
#
# Idea: each write to the file raise is a write to a register of the device, which
# raises its interrupt; the driver lowers it. So driver and kernel count the same
# interrupts, and the line is low again after each. Without its driver the device
# stays as it was.
#
# Usage:
#	/pci_min.sh
#
# Expected:
#	KTAP version 1
#	1..10
#	ok 1 the driver has the device
#	ok 2 an interrupt, and its value
#	ok 3 the value is kept
#	ok 4 one hundred interrupts
#	ok 5 the kernel has counted them
#	ok 6 a value of more than 32 bits
#	ok 7 no number
#	ok 8 the count cannot be written
#	ok 9 the device keeps its value without a driver
#	ok 10 nothing is left
#	...
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_PCI, CONFIG_SYSFS, pci 1234:11eb
# See: kernel_module/pci_min.c, rootfs_overlay/platform_device.sh
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

module=pci_min
driver=/sys/bus/pci/drivers/$module
trap 'cd /; rmmod $module 2>/dev/null || :' EXIT

# refused FILE VALUE prints the error that the shell gets.
refused() {
	if why=$(sh -c "echo $2 >$1" 2>&1); then
		echo accepted
	else
		echo "${why##*: }"
	fi
}

# counted prints how many interrupts the kernel has counted.
counted() {
	awk -v name=$module '$0 ~ name { for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' /proc/interrupts
}

plan 10
insmod /$module.ko
cd $driver/0*
device=${PWD##*/}
name=$(readlink -f driver)
check 'the driver has the device' $module "${name##*/}"

echo 0xdeadbeef >raise
check 'an interrupt, and its value' "$module $device: interrupt, value 0xdeadbeef" "$(log "$module $device")"
check 'the value is kept' 0xdeadbeef "$(cat raise)"
before=$(counted)
n=1
while [ $n -lt 100 ]; do
	echo $n >raise
	n=$((n + 1))
done
check 'one hundred interrupts' 100 "$(cat interrupts)"
check 'the kernel has counted them' $((before + 99)) "$(counted)"

check 'a value of more than 32 bits' 'Numerical result out of range' "$(refused raise 0x100000000)"
check 'no number' 'Invalid argument' "$(refused raise x)"
check 'the count cannot be written' 'Permission denied' "$(refused interrupts 0)"
cd /
rmmod $module
insmod /$module.ko
check 'the device keeps its value without a driver' '0x63 0' "$(cat $driver/"$device"/raise) $(cat $driver/"$device"/interrupts)"
rmmod $module
check 'nothing is left' '' "$(ls -d $driver /sys/bus/pci/devices/"$device"/raise 2>/dev/null)"
finish
