#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ioctl.sh - give commands to a device, right ones and wrong ones.
#
# Idea: a driver's commands are its contract with programs: so what is refused,
# and with which error, is tested as much as what works.
#
# Usage:
#	/ioctl.sh
#
# Expected:
#	KTAP version 1
#	1..11
#	ok 1 the number is 0 at first
#	ok 2 the smallest number
#	ok 3 the next one who opens sees it
#	ok 4 a number too large is refused by the program
#	ok 5 the largest dividend
#	ok 6 the largest divisor
#	ok 7 division by 0
#	ok 8 a device in use holds its module
#	ok 9 wrong commands and pointers
#	ok 10 they changed nothing
#	ok 11 loaded again, the number is 0
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEVTMPFS, root
# See: kernel_module/ioctl.c, kernel_module/user/ioctl.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

trap 'rmmod ioctl 2>/dev/null || :' EXIT

plan 11
insmod /ioctl.ko
check 'the number is 0 at first' 0 "$(/ioctl.out get)"

/ioctl.out set -2147483648
exec 3<>/dev/ioctl
check 'the smallest number' -2147483648 "$(/ioctl.out get)"
exec 3>&-
check 'the next one who opens sees it' -2147483648 "$(/ioctl.out get)"

status=0
/ioctl.out set 2147483648 2>/dev/null || status=$?
check 'a number too large is refused by the program' 2 $status

check 'the largest dividend' '18446744073709551615 0' "$(/ioctl.out divide 18446744073709551615 1)"
check 'the largest divisor' '4294967297 0' "$(/ioctl.out divide 18446744073709551615 4294967295)"
check 'division by 0' 'divide: Invalid argument' "$(/ioctl.out divide 1 0 2>&1)"

exec 3<>/dev/ioctl
refused=no
rmmod ioctl 2>/dev/null || refused=yes
exec 3>&-
check 'a device in use holds its module' yes $refused

check 'wrong commands and pointers' "unknown command: Inappropriate ioctl for device
set of another size: Inappropriate ioctl for device
set from a bad pointer: Bad address
get to a bad pointer: Bad address
get to read-only memory: Bad address
divide at a bad pointer: Bad address
divide in read-only memory: Bad address" "$(/ioctl.out wrong)"
check 'they changed nothing' -2147483648 "$(/ioctl.out get)"

rmmod ioctl
insmod /ioctl.ko
check 'loaded again, the number is 0' 0 "$(/ioctl.out get)"
finish
