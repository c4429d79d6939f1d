#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pci.sh - drive QEMU's device edu: registers, interrupt, DMA, and what it refuses.
#
# Idea: the module pci shows each ability of the device as a file. What comes back
# can only come from the device: a text survives the removal of the module, since
# it lies in the device's own memory. Everything is done twice, with a message
# interrupt and with the line that devices share.
#
# Usage:
#	/pci.sh
#
# Expected:
#	KTAP version 1
#	1..36
#	ok 1 message: the driver has the device
#	ok 2 message: identification
#	ok 3 message: a number is negated
#	ok 4 message: factorials
#	ok 5 message: an interrupt with its bits
#	ok 6 message: the driver has counted all
#	ok 7 message: the kernel has counted it
#	ok 8 message: by DMA there and back
#	ok 9 message: a part of the buffer
#	ok 10 a number of more than 32 bits
#	ok 11 a factorial of more than 32 bits
#	ok 12 interrupt bits of more than 32
#	ok 13 no interrupt bits
#	ok 14 interrupt bits of the device
#	ok 15 the identification cannot be written
#	ok 16 after all that, the device is as before
#	ok 17 the end of the buffer
#	ok 18 writing at the end
#	ok 19 writing over the end
#	ok 20 eight at once
#	ok 21 the module stays while a file is open
#	ok 22 an open file when the device leaves
#	ok 23 another device is refused...
#	ok 24 the end is told
#	ok 25 without message interrupts
#	ok 26 the device remembers
#	ok 27 line: the driver has the device
#	ok 28 line: identification
#	ok 29 line: a number is negated
#	ok 30 line: factorials
#	ok 31 line: an interrupt with its bits
#	ok 32 line: the driver has counted all
#	ok 33 line: the kernel has counted it
#	ok 34 line: by DMA there and back
#	ok 35 line: a part of the buffer
#	ok 36 nothing is left
#	...
#	pci ...: bye after 9 interrupts
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_PCI, CONFIG_DEBUG_FS, pci 1234:11e8
# See: kernel_module/pci.c, rootfs_overlay/pci_rescan.sh
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

work=/tmp/pci.$$
mkdir $work
trap 'cd /; exec 8<&-; rmmod pci 2>/dev/null || :; rm -rf $work' EXIT

# refused FILE VALUE prints the error that the shell gets.
refused() {
	if why=$(sh -c "echo $2 >$1" 2>&1); then
		echo accepted
	else
		echo "${why##*: }"
	fi
}

# interrupts prints how many the kernel has counted.
interrupts() {
	awk '/ pci$/ { for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' /proc/interrupts
}

# abilities NAME has 9 checks; the module is loaded.
abilities() {
	cd /sys/kernel/debug/pci/0*
	device=${PWD##*/}
	driver=$(readlink "/sys/bus/pci/devices/$device/driver")
	check "$1: the driver has the device" pci "${driver##*/}"
	check "$1: identification" 0x010000ed "$(cat id)"
	echo 0x12345678 >live
	check "$1: a number is negated" 0xedcba987 "$(cat live)"
	factorials=
	for n in 0 1 5 12; do
		echo $n >factorial
		factorials="$factorials$n!=$(cat factorial) "
	done
	check "$1: factorials" '0!=1 1!=1 5!=120 12!=479001600 ' "$factorials"

	before=$(interrupts)
	echo 0x210 >irq
	check "$1: an interrupt with its bits" "pci $device: interrupt 0x210" "$(log 'interrupt 0x')"
	check "$1: the driver has counted all" 5 "$(cat irq)"
	check "$1: the kernel has counted it" $((before + 1)) "$(interrupts)"

	# Each transfer takes the device a tenth of a second.
	head -c 4095 /dev/urandom >$work/there
	cat $work/there >buffer
	cat buffer >$work/back
	check "$1: by DMA there and back" same "$(cmp -s $work/there $work/back && echo same)"
	printf 'in the middle' | dd of=buffer bs=1001 seek=1 conv=notrunc 2>/dev/null
	check "$1: a part of the buffer" 'in the middle' "$(dd if=buffer bs=1001 skip=1 count=1 2>/dev/null | head -c 13)"
}

# edges has 13 checks.
edges() {
	range='Numerical result out of range'
	check 'a number of more than 32 bits' "$range" "$(refused live 0x100000000)"
	check 'a factorial of more than 32 bits' "$range" "$(refused factorial 13)"
	check 'interrupt bits of more than 32' "$range" "$(refused irq 0x100000000)"
	check 'no interrupt bits' 'Invalid argument' "$(refused irq 0)"
	check 'interrupt bits of the device' 'Invalid argument, Invalid argument' "$(refused irq 0x301), $(refused irq 0x100)"
	check 'the identification cannot be written' 'Permission denied' "$(refused id 1)"
	check 'after all that, the device is as before' '0xedcba987 479001600' "$(cat live) $(cat factorial)"

	check 'the end of the buffer' 0 "$(dd if=buffer bs=4095 skip=1 2>/dev/null | wc -c)"
	why=$(echo x | dd of=buffer bs=4095 seek=1 conv=notrunc 2>&1) || :
	check 'writing at the end' yes "$(case $why in *'No space left'*) echo yes ;; esac)"
	head -c 5000 /dev/zero | tr '\0' z | dd of=buffer bs=5000 conv=notrunc 2>/dev/null || :
	check 'writing over the end' 4095 "$(tr -d -c z <buffer | wc -c)"

	for n in 3 4 6 7; do
		echo $n >factorial &
		head -c 10 buffer >$work/at-once.$n &
	done
	wait
	check 'eight at once' "$(for n in 3 4 6 7; do printf zzzzzzzzzz; done)" "$(cat $work/at-once.*)"

	exec 8<buffer
	rmmod pci 2>/dev/null && status=removed || status=refused
	check 'the module stays while a file is open' refused "$status"
	echo "$device" >/sys/bus/pci/drivers/pci/unbind
	why=$(cat <&8 2>&1) || :
	check 'an open file when the device leaves' 'Input/output error' "${why##*: }"
	exec 8<&-
	cd /
	echo "$device" >/sys/bus/pci/drivers/pci/bind
	cd "/sys/kernel/debug/pci/$device"
}

# another has a check: a device that is no edu is left alone.
another() {
	for other in /sys/bus/pci/devices/*; do
		[ ! -e "$other/driver" ] || continue
		case $(cat "$other/class") in 0x0600*) ;; *) continue ;; esac
		echo pci >"$other/driver_override"
		echo "${other##*/}" >/sys/bus/pci/drivers_probe 2>/dev/null || :
		check 'another device is refused' no "$([ ! -e "$other/driver" ] && echo no)"
		echo >"$other/driver_override"
		return
	done
	skip 'another device is refused' 'all have drivers'
}

plan 36
insmod /pci.ko
abilities message
edges
echo 'not forgotten' >buffer
another
cd /
rmmod pci
check 'the end is told' "pci $device: bye after 1 interrupts" "$(log ': bye after')"

insmod /pci.ko msi=0
check 'without message interrupts' "pci $device: edu 1.0, interrupt by line" "$(log 'edu 1.0')"
check 'the device remembers' 'not forgotten' "$(head -n 1 /sys/kernel/debug/pci/*/buffer)"
rmmod pci
insmod /pci.ko msi=0
abilities line
cd /
rmmod pci
check 'nothing is left' '' "$(ls -d /sys/kernel/debug/pci /sys/bus/pci/drivers/pci 2>/dev/null)"
finish
