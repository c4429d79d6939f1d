#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# misc_device.sh - the device of misc_device.ko, and its limits.
#
# Idea: a device is used by several programs at once, in pieces of any size, and
# by programs with mistakes.
#
# Usage:
#	/misc_device.sh
#
# Expected:
#	KTAP version 1
#	1..10
#	ok 1 there is a message from the start
#	ok 2 a message of 64 bytes is kept
#	ok 3 one of 65 bytes is refused
#	ok 4 and the old one is still there
#	ok 5 it can be read in pieces
#	ok 6 who has it open sees what another writes
#	ok 7 a bad address is refused
#	ok 8 and the old one is still there
#	ok 9 an open file keeps the module
#	ok 10 the device goes with the module
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEVTMPFS
# See: kernel_module/misc_device.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

device=/dev/misc_device
trap 'rmmod misc_device 2>/dev/null || :' EXIT

plan 10
insmod /misc_device.ko
check 'there is a message from the start' 'nothing yet' "$(cat $device)"

text=$(seq -s '' 100 | head -c 64)
printf %s "$text" >$device
check 'a message of 64 bytes is kept' "$text" "$(cat $device)"
why=$({ echo "$text" >$device; } 2>&1) || :
check 'one of 65 bytes is refused' 'Message too long' "${why##*: }"
check 'and the old one is still there' "$text" "$(cat $device)"
check 'it can be read in pieces' "$text" "$(dd if=$device bs=7 2>/dev/null)"

exec 3<$device
echo other >$device
check 'who has it open sees what another writes' other "$(cat <&3)"
check 'a bad address is refused' 'read: Bad address write: Bad address ' "$(/efault.out $device 16 | tr '\n' ' ')"
check 'and the old one is still there' other "$(cat $device)"

refused=no
rmmod misc_device 2>/dev/null || refused=yes
check 'an open file keeps the module' yes "$refused"
exec 3<&-
rmmod misc_device
check 'the device goes with the module' no "$([ ! -e $device ] && echo no)"
finish
