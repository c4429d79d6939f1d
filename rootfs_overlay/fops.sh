#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fops.sh - use a file of 16 bytes in every way that a program may think of.
#
# Idea: what a driver does at the edges shows only when somebody goes there:
# behind the end, over the end, with a bad address, with two who have it open.
#
# Usage:
#	/fops.sh
#
# Expected:
#	KTAP version 1
#	1..14
#	ok 1 the file is empty at first
#	ok 2 what is written is read
#	ok 3 a new beginning forgets what was there
#	ok 4 appending goes on behind the end
#	ok 5 what does not fit is cut, then refused
#	ok 6 appending to a full file is refused
#	ok 7 to the end and no further
#	ok 8 a gap is filled with zeroes
#	ok 9 nothing is read behind the end
#	ok 10 bad addresses change nothing
#	ok 11 nothing of length 0 is an error
#	ok 12 two have it open and see the same
#	ok 13 rmmod is refused while it is open
#	ok 14 the next one begins empty
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEBUG_FS, /sys/kernel/debug
# See: kernel_module/fops.c, kernel_module/user/rw.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

file=/sys/kernel/debug/fops
trap 'exec 3<&-; rmmod fops 2>/dev/null || :' EXIT

# rw OPERATION... prints the results on one line.
rw() {
	/rw.out $file "$@" | tr '\n' ';'
}

plan 14
insmod /fops.ko
check 'the file is empty at first' '' "$(cat $file)"
check 'what is written is read' \
	'write:0123456789 10;seek:0 0;read:4 4 "0123";read:99 6 "456789";read:99 0 "";' \
	"$(rw write:0123456789 seek:0 read:4 read:99 read:99)"
echo ahoj >$file
check 'a new beginning forgets what was there' ahoj "$(cat $file)"
echo again >>$file
check 'appending goes on behind the end' 'ahoj again' "$(xargs <$file)"

check 'what does not fit is cut, then refused' \
	'write:0123456789 10;write:abcdefghij 6;write:x No space left on device;seek:0 0;read:99 16 "0123456789abcdef";' \
	"$(rw write:0123456789 write:abcdefghij write:x seek:0 read:99)"
refused=no
{ echo x >>$file; } 2>/dev/null || refused=yes
check 'appending to a full file is refused' 'yes 0123456789abcdef' "$refused $(cat $file)"
check 'to the end and no further' \
	'end:0 16;cur:1 Invalid argument;seek:17 Invalid argument;seek:-1 Invalid argument;end:-16 0;end:-17 Invalid argument;read:2 2 "01";' \
	"$(rw end:0 cur:1 seek:17 seek:-1 end:-16 end:-17 read:2)"

: >$file
check 'a gap is filled with zeroes' \
	'write:ab 2;seek:4 4;write:c 1;end:0 5;seek:0 0;read:99 5 "ab\x00\x00c";' \
	"$(rw write:ab seek:4 write:c end:0 seek:0 read:99)"
check 'nothing is read behind the end' 'seek:9 9;read:9 0 "";' "$(rw seek:9 read:9)"
check 'bad addresses change nothing' \
	'badread:3 Bad address;badwrite:3 Bad address;badwrite:99 Bad address;read:99 5 "ab\x00\x00c";' \
	"$(rw badread:3 badwrite:3 badwrite:99 read:99)"
check 'nothing of length 0 is an error' \
	'read:0 0 "";badread:0 0;badwrite:0 0;seek:16 16;write: 0;' \
	"$(rw read:0 badread:0 badwrite:0 seek:16 write:)"

echo first >$file
exec 3<$file
rw write:w >/dev/null
check 'two have it open and see the same' wirst "$(cat <&3)"
check 'rmmod is refused while it is open' \
	"rmmod: can't unload module 'fops': Resource temporarily unavailable" "$(rmmod fops 2>&1)"
exec 3<&-
rmmod fops
insmod /fops.ko
check 'the next one begins empty' '' "$(cat $file)"
finish
