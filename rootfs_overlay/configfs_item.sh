#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# configfs_item.sh - make, change and drop circles in configfs.
#
# Idea: what the user makes is his: each has settings of its own, and stays until
# he drops it, and the module with it.
#
# Usage:
#	/configfs_item.sh
#
# Expected:
#	KTAP version 1
#	1..8
#	ok 1 a new circle is empty
#	ok 2 each has a radius of its own
#	ok 3 the largest one
#	ok 4 a larger one is refused
#	ok 5 and so is a word
#	ok 6 the area cannot be written
#	ok 7 a circle keeps the module
#	ok 8 an open file gives nothing after that
#	configfs_item: one is made
#	configfs_item: two is made
#	configfs_item: one is gone
#	configfs_item: two is gone
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_CONFIGFS_FS
# See: kernel_module/configfs_item.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

modprobe configfs_item
mounted=/sys/kernel/config
mount -t configfs none $mounted
circles=$mounted/configfs_item
trap 'rmdir $circles/* 2>/dev/null || :; umount $mounted; rmmod configfs_item' EXIT

# refused FILE VALUE prints why it cannot be written.
refused() {
	why=$({ echo "$2" >"$1"; } 2>&1) || :
	echo "${why##*: }"
}

plan 8
mkdir $circles/one
check 'a new circle is empty' '0 0' "$(cat $circles/one/radius) $(cat $circles/one/area)"
mkdir $circles/two
echo 1 >$circles/one/radius
echo 10 >$circles/two/radius
check 'each has a radius of its own' '3 314' "$(cat $circles/one/area) $(cat $circles/two/area)"
echo 65535 >$circles/one/radius
check 'the largest one' 13492627078 "$(cat $circles/one/area)"
check 'a larger one is refused' 'Numerical result out of range' "$(refused $circles/one/radius 65536)"
check 'and so is a word' 'Invalid argument' "$(refused $circles/one/radius large)"
check 'the area cannot be written' -r--r--r-- "$(stat -c %A $circles/one/area)"
rmmod configfs_item 2>/dev/null && removed=yes || removed=no
check 'a circle keeps the module' no "$removed"
exec 3<$circles/one/area
rmdir $circles/one
check 'an open file gives nothing after that' '' "$(cat <&3 2>/dev/null || :)"
exec 3<&-
rmdir $circles/two
finish
