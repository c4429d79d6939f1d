#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# seq_file.sh - read a list of the kernel in pieces of all sizes.
#
# Idea: a list that does not fit into a page is read by many calls, between which
# the module's lock is free. However it is read, the text is the same.
#
# Usage:
#	/seq_file.sh
#
# Expected:
#	KTAP version 1
#	1..9
#	ok 1 three items unless told otherwise
#	ok 2 it can be read byte by byte
#	ok 3 one can go back, and into the middle
#	ok 4 bad addresses are refused, and the lock is free
#	ok 5 two can read by turns
#	ok 6 rmmod is refused while it is open
#	ok 7 no items are an empty file
#	ok 8 ten thousand items, in large and small pieces
#	ok 9 more are refused, and -1 too
#	seq_file: `-1' invalid for parameter `items'
#	seq_file: `-1' invalid for parameter `items'
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEBUG_FS, /sys/kernel/debug
# See: kernel_module/seq_file.c, kernel_module/user/rw.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

file=/sys/kernel/debug/seq_file
trap 'exec 3<&-; rmmod seq_file 2>/dev/null || :' EXIT

# rw OPERATION... prints the results on one line.
rw() {
	/rw.out $file "$@" | tr '\n' ';'
}

# sum prints a checksum of what it reads.
sum() {
	md5sum | cut -d' ' -f1
}

plan 9
insmod /seq_file.ko
three='1 squared is 1
2 squared is 4
3 squared is 9'
check 'three items unless told otherwise' "$three" "$(cat $file)"
check 'it can be read byte by byte' "$three" "$(dd if=$file bs=1 2>/dev/null)"
check 'one can go back, and into the middle' \
	'read:99 45 "1 squared is 1\n2 squared is 4\n3 squared is 9\n";seek:0 0;read:1 1 "1";seek:30 30;read:9 9 "3 squared";seek:999 999;read:9 0 "";' \
	"$(rw read:99 seek:0 read:1 seek:30 read:9 seek:999 read:9)"
check 'bad addresses are refused, and the lock is free' \
	'badread:9 Bad address;seek:0 0;read:9 9 "1 squared";' "$(rw badread:9 seek:0 read:9)"
exec 3<$file
read -r one <&3
two=$(cat $file)
check 'two can read by turns' "$three $three" "$one
$(cat <&3) $two"
check 'rmmod is refused while it is open' \
	"rmmod: can't unload module 'seq_file': Resource temporarily unavailable" \
	"$(rmmod seq_file 2>&1)"
exec 3<&-
rmmod seq_file

insmod /seq_file.ko items=0
check 'no items are an empty file' '' "$(cat $file)"
rmmod seq_file

insmod /seq_file.ko items=10000
want=$(awk 'BEGIN { for (i = 1; i <= 10000; i++) print i " squared is " i * i }' | sum)
check 'ten thousand items, in large and small pieces' "$want $want $want" \
	"$(sum <$file) $(dd if=$file bs=1000003 2>/dev/null | sum) $(dd if=$file bs=77 2>/dev/null | sum)"
rmmod seq_file

check 'more are refused, and -1 too' \
	"insmod: can't insert '/seq_file.ko': Invalid argument
insmod: can't insert '/seq_file.ko': Invalid argument" \
	"$(insmod /seq_file.ko items=10001 2>&1; insmod /seq_file.ko items=-1 2>&1)"
finish
