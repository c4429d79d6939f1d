#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# character_device_create.sh - use devices that appeared in /dev by themselves.
#
# Idea: what the driver registered is seen in /dev, /sys/class and /proc/devices,
# and is gone from all three with the driver.
#
# Usage:
#	/character_device_create.sh
#
# Expected:
#	KTAP version 1
#	1..8
#	ok 1 one device unless told otherwise
#	ok 2 none and nine are refused
#	ok 3 what is refused leaves nothing
#	ok 4 eight devices
#	ok 5 each knows which it is
#	ok 6 /sys has the numbers of /dev
#	ok 7 rmmod is refused while one is open
#	ok 8 nothing is left
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS, CONFIG_DEVTMPFS
# See: kernel_module/character_device_create.c, kernel_module/user/rw.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

name=character_device_create
trap 'exec 3<&-; rmmod $name 2>/dev/null || :' EXIT

# traces prints how many entries there are in /dev, /sys/class and /proc/devices.
traces() {
	echo "$(find /dev -name "$name*" | wc -l)" \
		"$(find /sys/class -name "$name*" | wc -l)" \
		"$(grep -c " $name\$" /proc/devices)"
}

# rw FILE OPERATION... prints the results on one line.
rw() {
	/rw.out "$@" | tr '\n' ';'
}

plan 8
insmod /$name.ko
check 'one device unless told otherwise' '1 2 1' "$(traces)"
rmmod $name
check 'none and nine are refused' "insmod: can't insert '/$name.ko': Invalid argument
insmod: can't insert '/$name.ko': Invalid argument" \
	"$(insmod /$name.ko count=0 2>&1; insmod /$name.ko count=9 2>&1)"
check 'what is refused leaves nothing' '0 0 0' "$(traces)"

insmod /$name.ko count=8
check 'eight devices' '8 9 1' "$(traces)"
check 'each knows which it is' \
	'read:8 8 "this is ";read:99 9 "device 7\n";read:9 0 "";write:x Invalid argument;seek:0 0;badread:1 Bad address;' \
	"$(rw /dev/${name}7 read:8 read:99 read:9 write:x seek:0 badread:1)"
check '/sys has the numbers of /dev' "$(stat -c '%t:%T' /dev/${name}7)" \
	"$(awk -F: '{ printf "%x:%x\n", $1, $2 }' /sys/class/$name/${name}7/dev)"
exec 3</dev/${name}3
check 'rmmod is refused while one is open' \
	"rmmod: can't unload module '$name': Resource temporarily unavailable" "$(rmmod $name 2>&1)"
exec 3<&-
rmmod $name
check 'nothing is left' '0 0 0' "$(traces)"
finish
