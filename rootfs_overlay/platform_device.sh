#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# platform_device.sh - from a node of the device tree to a driver's interrupts.
#
# Idea: the kernel makes a device of a node, gives it the addresses and interrupts
# that the node tells, and looks for a driver by what it is compatible with. All
# these steps are seen in /sys. A driver can be taken from the device and given back,
# while the device remembers what was written to it.
#
# Usage:
#	/platform_device.sh
#
# Expected:
#	KTAP version 1
#	1..10
#	ok 1 the kernel made a device of the node
#	ok 2 what the node is compatible with
#	ok 3 the driver has the device
#	ok 4 its registers are where the node says
#	ok 5 an interrupt, and its value
#	ok 6 the kernel has counted it
#	ok 7 a value of more than 32 bits
#	ok 8 without a driver there are no files
#	ok 9 the device remembers
#	ok 10 nothing is left
#	...
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_OF, CONFIG_SYSFS, node lkmc-platform
# See: kernel_module/platform_device.c, Documentation/devicetree/usage-model.rst
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

module=platform_device
driver=/sys/bus/platform/drivers/$module
trap 'cd /; rmmod $module 2>/dev/null || :' EXIT

# cells FILE prints the numbers of a property, which are big endian.
cells() { xxd -p "$1" | sed 's/......../0x& /g'; }

# counted prints how many interrupts the kernel has counted.
counted() {
	awk -v name=$module '$0 ~ name { for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' /proc/interrupts
}

plan 10
device=$(grep -lx 'OF_COMPATIBLE_0=lkmc,platform' /sys/bus/platform/devices/*/uevent)
device=${device%/uevent}
name=${device##*/}
check 'the kernel made a device of the node' lkmc-platform "$(sed -n 's/^OF_NAME=//p' "$device/uevent")"
check 'what the node is compatible with' lkmc,platform "$(tr -d '\0' <"$device/of_node/compatible")"
insmod /$module.ko
bound=$(readlink "$device/driver") || bound=none
check 'the driver has the device' $module "${bound##*/}"

# The bus above has its own addresses: ranges tells what the CPU calls the first.
# shellcheck disable=SC2046 # words
set -- $(cells "$device/of_node/reg") $(cells "$device/of_node/../ranges")
address=$(printf '%08x-%08x' $(($1 + $5)) $(($1 + $5 + $2 - 1)))
check 'its registers are where the node says' "$address" "$(sed -n "s/^ *\([0-9a-f-]*\) : $name.*/\1/p" /proc/iomem)"

before=$(counted)
echo 0xdeadbeef >"$device/raise"
check 'an interrupt, and its value' "$module $name: interrupt, value 0xdeadbeef" "$(log "$module $name")"
check 'the kernel has counted it' $((before + 1)) "$(counted)"
why=$(sh -c "echo 0x100000000 >$device/raise" 2>&1) || :
check 'a value of more than 32 bits' 'Numerical result out of range' "${why##*: }"

echo "$name" >$driver/unbind
check 'without a driver there are no files' no "$([ ! -e "$device/raise" ] && echo no)"
echo "$name" >$driver/bind
check 'the device remembers' '0xdeadbeef 0' "$(cat "$device/raise") $(cat "$device/interrupts")"
rmmod $module
check 'nothing is left' '' "$(ls -d $driver "$device/raise" 2>/dev/null)"
finish
