#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sysfs.sh - read and write the attributes of a kobject.
#
# Idea: each attribute is one value, checked when it is written. The kernel
# refuses by itself to write what is only shown, and to use what is gone.
#
# Usage:
#	/sysfs.sh
#
# Expected:
#	KTAP version 1
#	1..10
#	ok 1 the attributes that there are
#	ok 2 a number is doubled, also where an int would overflow
#	ok 3 what is no number is refused
#	ok 4 what is only shown cannot be written
#	ok 5 a text at first
#	ok 6 the longest text
#	ok 7 a longer text is refused and changes nothing
#	ok 8 an empty text
#	ok 9 bad addresses are refused
#	ok 10 an open file is dead when the module goes
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
# See: kernel_module/sysfs.c, kernel_module/user/rw.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

folder=/sys/kernel/sysfs
trap 'exec 3<&-; rmmod sysfs 2>/dev/null || :' EXIT

# rw FILE OPERATION... prints the results on one line.
rw() {
	/rw.out "$@" | tr '\n' ';'
}

plan 10
insmod /sysfs.ko
check 'the attributes that there are' 'doubled number text' "$(cd $folder && echo *)"
echo 2147483647 >$folder/number
check 'a number is doubled, also where an int would overflow' 4294967294 "$(cat $folder/doubled)"
check 'what is no number is refused' \
	'write:many Invalid argument;write:2147483648 Numerical result out of range;read:99 11 "2147483647\n";' \
	"$(rw $folder/number write:many write:2147483648 read:99)"
refused=no
{ echo 1 >$folder/doubled; } 2>/dev/null || refused=yes
check 'what is only shown cannot be written' yes "$refused"

check 'a text at first' none "$(cat $folder/text)"
check 'the longest text' 'write:123456789012345 15;seek:0 0;read:99 16 "123456789012345\n";' \
	"$(rw $folder/text write:123456789012345 seek:0 read:99)"
check 'a longer text is refused and changes nothing' \
	'write:abcdefghijklmnop Invalid argument;read:99 16 "123456789012345\n";' \
	"$(rw $folder/text write:abcdefghijklmnop read:99)"
echo >$folder/text
check 'an empty text' '' "$(cat $folder/text)"
check 'bad addresses are refused' 'badwrite:1 Bad address;badread:1 Bad address;' \
	"$(rw $folder/text badwrite:1 badread:1)"

exec 3<$folder/number
rmmod sysfs
check 'an open file is dead when the module goes' 'cat: read error: No such device' \
	"$(cat <&3 2>&1)"
finish
