#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ramdisk.sh - bytes, a file system and a bad sector on the disk of ramdisk.ko.
#
# Idea: what one writes at any place must be read there, and nowhere else; at the
# end of the disk it ends; and an error of the disk reaches the program.
#
# Usage:
#	/ramdisk.sh
#
# Expected:
#	KTAP version 1
#	1..13
#	ok 1 the size is in sectors of 512 bytes
#	ok 2 a new disk is zero
#	ok 3 bytes in the middle of a sector
#	ok 4 all of it can be written and read back
#	ok 5 it ends where it ends
#	ok 6 a bad sector is an error
#	ok 7 the others are not
#	ok 8 a disk in use keeps the module
#	ok 9 a file system keeps a file
#	ok 10 with its bytes
#	ok 11 the disk goes with the module
#	ok 12 too small a disk is refused
#	ok 13 too large a disk is refused
#	I/O error, dev ramdisk0, sector ...
#	...
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_BLOCK, CONFIG_DEVTMPFS, CONFIG_EXT4_FS
# See: kernel_module/ramdisk.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

disk=/dev/ramdisk0
bad=/sys/module/ramdisk/parameters/bad_sector
work=/tmp/ramdisk.$$
trap 'umount $work/mnt 2>/dev/null || :; rmmod ramdisk 2>/dev/null || :; rm -rf $work' EXIT
mkdir -p $work/mnt

# at FIRST COUNT prints that many bytes, read from the disk and not from memory.
at() {
	blockdev --flushbufs $disk
	dd if=$disk bs=1 skip="$1" count="$2" 2>/dev/null
}

plan 13
insmod /ramdisk.ko size_kib=1024
check 'the size is in sectors of 512 bytes' 2048 "$(cat /sys/block/ramdisk0/size)"
check 'a new disk is zero' 0 "$(tr -d '\000' <$disk | wc -c)"

printf middle | dd of=$disk bs=1 seek=1020 conv=notrunc 2>/dev/null
sync
check 'bytes in the middle of a sector' middle "$(at 1018 10 | tr -d '\000')"

head -c 1048576 /dev/urandom >$work/random
dd if=$work/random of=$disk bs=64k 2>/dev/null
sync
blockdev --flushbufs $disk
check 'all of it can be written and read back' same "$(cmp $work/random $disk && echo same)"
why=$(head -c 1048577 /dev/zero 2>/dev/null | dd of=$disk bs=1048577 2>&1) || :
check 'it ends where it ends' 'No space left on device' "$(echo "$why" | sed -n 's/^dd: .*: //p')"
sync

echo 9 >$bad
blockdev --flushbufs $disk
why=$(dd if=$disk of=/dev/null bs=512 skip=9 count=1 2>&1) || :
check 'a bad sector is an error' 'Input/output error' "$(echo "$why" | sed -n 's/^dd: .*: //p')"
# What is read with it, up to a page of memory, fails too.
check 'the others are not' 512 "$(dd if=$disk bs=512 skip=1024 count=1 2>/dev/null | wc -c)"
echo 4294967295 >$bad

# An inode of 256 bytes has room for times after 2038.
mke2fs -I 256 $disk >/dev/null
mount -t ext4 $disk $work/mnt
refused=no
rmmod ramdisk 2>/dev/null || refused=yes
check 'a disk in use keeps the module' yes "$refused"
head -c 300000 $work/random >$work/mnt/file
umount $work/mnt
mount -t ext4 $disk $work/mnt
check 'a file system keeps a file' 300000 "$(wc -c <$work/mnt/file)"
check 'with its bytes' "$(head -c 300000 $work/random | md5sum)" "$(md5sum <$work/mnt/file)"
umount $work/mnt
rmmod ramdisk
check 'the disk goes with the module' gone "$([ ! -e $disk ] && echo gone)"

for size in 3 65537; do
	why=$(/myinsmod.out /ramdisk.ko size_kib=$size 2>&1) || :
	name='too small a disk is refused'
	[ $size -lt 4 ] || name='too large a disk is refused'
	check "$name" 'finit_module: Numerical result out of range' "$why"
done
finish
