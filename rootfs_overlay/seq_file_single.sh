#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# seq_file_single.sh - read a text of the kernel that may be longer than a page.
#
# Idea: show() is called as often as it takes to find a buffer that is large
# enough; the reader never sees a line twice.
#
# Usage:
#	/seq_file_single.sh
#
# Expected:
#	KTAP version 1
#	1..7
#	ok 1 two lines unless told otherwise
#	ok 2 it can be read in parts, and again
#	ok 3 bad addresses are refused
#	ok 4 rmmod is refused while it is open
#	ok 5 no lines are an empty file
#	ok 6 ten thousand lines, none twice
#	ok 7 more are refused
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEBUG_FS, /sys/kernel/debug
# See: kernel_module/seq_file_single.c, kernel_module/user/rw.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

file=/sys/kernel/debug/seq_file_single
trap 'exec 3<&-; rmmod seq_file_single 2>/dev/null || :' EXIT

# rw OPERATION... prints the results on one line.
rw() {
	/rw.out $file "$@" | tr '\n' ';'
}

# sum prints a checksum of what it reads.
sum() {
	md5sum | cut -d' ' -f1
}

plan 7
insmod /seq_file_single.ko
check 'two lines unless told otherwise' 'line 1 of 2
line 2 of 2' "$(cat $file)"
check 'it can be read in parts, and again' \
	'read:6 6 "line 1";read:99 18 " of 2\nline 2 of 2\n";read:99 0 "";seek:12 12;read:6 6 "line 2";' \
	"$(rw read:6 read:99 read:99 seek:12 read:6)"
check 'bad addresses are refused' 'badread:9 Bad address;' "$(rw badread:9)"
exec 3<$file
check 'rmmod is refused while it is open' \
	"rmmod: can't unload module 'seq_file_single': Resource temporarily unavailable" \
	"$(rmmod seq_file_single 2>&1)"
exec 3<&-
rmmod seq_file_single

insmod /seq_file_single.ko lines=0
check 'no lines are an empty file' '' "$(cat $file)"
rmmod seq_file_single

insmod /seq_file_single.ko lines=10000
want=$(awk 'BEGIN { for (i = 1; i <= 10000; i++) print "line " i " of 10000" }' | sum)
check 'ten thousand lines, none twice' "$want $want" \
	"$(sum <$file) $(dd if=$file bs=77 2>/dev/null | sum)"
rmmod seq_file_single

check 'more are refused' "insmod: can't insert '/seq_file_single.ko': Invalid argument" \
	"$(insmod /seq_file_single.ko lines=10001 2>&1)"
finish
