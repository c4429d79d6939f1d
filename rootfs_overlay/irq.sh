#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# irq.sh - count the interrupts of a shared line, and compare with the kernel's count.
#
# Idea: QEMU's edu interrupts when it is told to; where there is none, the serial
# port does when the console is written to. Both share their line.
#
# Usage:
#	/irq.sh
#
# Expected:
#	KTAP version 1
#	1..5
#	ok 1 it is one more on the line
#	ok 2 it counts what the kernel counts
#	ok 3 there are interrupts to count
#	ok 4 afterwards the line is as before
#	ok 5 a line that is not shared is refused
#	irq: listening to line ...
#	irq: the first interrupt on line ...
#	irq: ... interrupts on line ...
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEBUG_FS, root
# See: kernel_module/irq.c, kernel_module/pci.c, rootfs_overlay/pci.sh
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

trap 'rmmod irq 2>/dev/null || :; rmmod pci 2>/dev/null || :' EXIT
# users prints how many devices are on the line, and interrupts how many came.
users() {
	awk -v line="$line:" '$1 == line { print gsub(/,/, "") + 1 }' /proc/interrupts
}
interrupts() {
	awk -v line="$line:" '$1 == line { for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i; print sum }' /proc/interrupts
}

device=ttyS0
if grep -q 0x11e8 /sys/bus/pci/devices/*/device; then
	device=pci
	insmod /pci.ko msi=0
fi
line=$(awk -v device="$device" '$NF == device { print $1 + 0 }' /proc/interrupts)

plan 5
users=$(users)
outer=$(interrupts)
insmod /irq.ko irq="$line"
inner=$(interrupts)
check 'it is one more on the line' $((users + 1)) "$(users)"

if [ $device = pci ]; then
	cd /sys/kernel/debug/pci/0*
	for value in 2 4 8; do
		echo $value >irq
	done
	cd /
else
	echo 'irq.sh: this is sent by interrupts' >/dev/console
	sleep 0.3
fi

# Between two looks at the kernel's count there may always be one more.
inner=$(($(interrupts) - inner))
rmmod irq
outer=$(($(interrupts) - outer))
count=$(log 'irq: ' | sed -n 's/^irq: \([0-9]*\) interrupts on line .*/\1/p')
check 'it counts what the kernel counts' yes \
	"$([ "$count" -ge $inner ] && [ "$count" -le $outer ] && echo yes || echo "$inner <= $count <= $outer")"
check 'there are interrupts to count' yes "$([ "$count" -ge 1 ] && echo yes || echo "$count")"
check 'afterwards the line is as before' "$users" "$(users)"

# A clock's line, or one that is a message and so has but one sender.
line=$(awk '/rtc|-config$/ { print $1 + 0; exit }' /proc/interrupts)
refused=no
insmod /irq.ko irq="${line:?no such line}" 2>/dev/null || refused=yes
check 'a line that is not shared is refused' yes $refused
finish
