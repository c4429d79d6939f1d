#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# character_device.sh - make device files by mknod and read them.
#
# Idea: the file is only a pair of numbers. It stays when the driver goes, and
# then opens nothing; minor numbers beyond those of the driver open nothing too.
#
# Usage:
#	/character_device.sh
#
# Expected:
#	KTAP version 1
#	1..7
#	ok 1 the driver has a major number
#	ok 2 the driver sees the minor number
#	ok 3 it is read in parts, up to the end
#	ok 4 it cannot be written, and bad addresses are refused
#	ok 5 minor 256 is nobody
#	ok 6 rmmod is refused while it is open
#	ok 7 the file without its driver opens nothing
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_PROC_FS, root
# See: kernel_module/character_device.c, kernel_module/user/rw.c, rootfs_overlay/mknoddev.sh
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

device=/tmp/character_device
trap 'exec 3<&-; rm -f $device; rmmod character_device 2>/dev/null || :' EXIT

# rw OPERATION... prints the results on one line.
rw() {
	/rw.out $device "$@" | tr '\n' ';'
}

plan 7
insmod /character_device.ko
check 'the driver has a major number' 1 "$(grep -c ' character_device$' /proc/devices)"
/mknoddev.sh character_device 255 $device
check 'the driver sees the minor number' 'this is minor 255' "$(cat $device)"
check 'it is read in parts, up to the end' \
	'read:4 4 "this";read:99 14 " is minor 255\n";read:99 0 "";seek:999 999;read:9 0 "";seek:8 8;read:5 5 "minor";' \
	"$(rw read:4 read:99 read:99 seek:999 read:9 seek:8 read:5)"
check 'it cannot be written, and bad addresses are refused' \
	'write:x Invalid argument;badread:3 Bad address;' "$(rw write:x badread:3)"
/mknoddev.sh character_device 256 $device
check 'minor 256 is nobody' "cat: can't open '$device': No such device or address" \
	"$(cat $device 2>&1)"
/mknoddev.sh character_device 0 $device
exec 3<$device
check 'rmmod is refused while it is open' \
	"rmmod: can't unload module 'character_device': Resource temporarily unavailable" \
	"$(rmmod character_device 2>&1)"
exec 3<&-
rmmod character_device
check 'the file without its driver opens nothing' \
	"cat: can't open '$device': No such device or address" "$(cat $device 2>&1)"
finish
