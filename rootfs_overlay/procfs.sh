#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# procfs.sh - read and write a file in /proc, and remove it while it is open.
#
# Idea: what is written is user input: too long, too large, no number, at an
# address that is not there.
#
# Usage:
#	/procfs.sh
#
# Expected:
#	KTAP version 1
#	1..9
#	ok 1 it is zero at first
#	ok 2 the least number
#	ok 3 the greatest number
#	ok 4 one more or less is refused
#	ok 5 what is no number is refused
#	ok 6 long input is refused
#	ok 7 bad addresses are refused
#	ok 8 it is read in parts, up to the end
#	ok 9 an open file is dead when the module goes
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_PROC_FS
# See: kernel_module/procfs.c, kernel_module/user/rw.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

file=/proc/procfs
trap 'exec 3<&-; rmmod procfs 2>/dev/null || :' EXIT

# rw OPERATION... prints the results on one line.
rw() {
	/rw.out $file "$@" | tr '\n' ';'
}

plan 9
insmod /procfs.ko
check 'it is zero at first' 'number 0' "$(cat $file)"
echo -2147483648 >$file
check 'the least number' 'number -2147483648' "$(cat $file)"
echo 0x7fffffff >$file
check 'the greatest number' 'number 2147483647' "$(cat $file)"
check 'one more or less is refused' \
	'write:2147483648 Numerical result out of range;write:-2147483649 Numerical result out of range;' \
	"$(rw write:2147483648 write:-2147483649)"
check 'what is no number is refused' \
	'write:many Invalid argument;write:1x Invalid argument;write:1 2 Invalid argument;write: Invalid argument;' \
	"$(rw write:many write:1x 'write:1 2' write:)"
long=$(printf '%0500d1' 0)
check 'long input is refused' "write:${long}x Invalid argument;" "$(rw "write:${long}x")"
check 'bad addresses are refused' 'badwrite:1 Bad address;badread:1 Bad address;' \
	"$(rw badwrite:1 badread:1)"
check 'it is read in parts, up to the end' \
	'read:6 6 "number";read:99 12 " 2147483647\n";read:99 0 "";seek:999 999;read:9 0 "";seek:7 7;read:1 1 "2";' \
	"$(rw read:6 read:99 read:99 seek:999 read:9 seek:7 read:1)"

exec 3<$file
rmmod procfs
check 'an open file is dead when the module goes' 'cat: read error: Input/output error' \
	"$(cat <&3 2>&1)"
finish
