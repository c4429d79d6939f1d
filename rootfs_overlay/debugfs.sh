#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# debugfs.sh - read and write the values that a module shows in debugfs.
#
# Idea: the functions of debugfs know the types of their variables. A file may
# be open while its module goes; debugfs keeps the module's functions from being
# called then, but pins the module where the functions are its own.
#
# Usage:
#	/debugfs.sh
#
# Expected:
#	KTAP version 1
#	1..14
#	ok 1 the files that there are
#	ok 2 a number can be set
#	ok 3 a word is no number
#	ok 4 a number that is too large is refused
#	ok 5 a boolean can be set
#	ok 6 neither yes nor no changes nothing
#	ok 7 a checked value takes its limits
#	ok 8 a checked value refuses more
#	ok 9 bad addresses are refused
#	ok 10 a blob is read byte for byte
#	ok 11 a blob has an end
#	ok 12 rmmod is refused while a function of the module is in use
#	ok 13 a plain value may be open when the module goes
#	ok 14 nothing is left
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEBUG_FS, /sys/kernel/debug
# See: kernel_module/debugfs.c, kernel_module/user/rw.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

folder=/sys/kernel/debug/debugfs
trap 'exec 3<&-; rmmod debugfs 2>/dev/null || :' EXIT

# rw FILE OPERATION... prints the results on one line.
rw() {
	/rw.out "$@" | tr '\n' ';'
}

plan 14
insmod /debugfs.ko
check 'the files that there are' 'blob count enabled percent' "$(cd $folder && echo *)"

echo 4294967295 >$folder/count
check 'a number can be set' 4294967295 "$(cat $folder/count)"
check 'a word is no number' 'write:many Invalid argument;' "$(rw $folder/count write:many)"
check 'a number that is too large is refused' \
	'write:99999999999999999999 Numerical result out of range;read:99 11 "4294967295\n";' \
	"$(rw $folder/count write:99999999999999999999 read:99)"

echo y >$folder/enabled
check 'a boolean can be set' Y "$(cat $folder/enabled)"
/rw.out $folder/enabled write:q >/dev/null
check 'neither yes nor no changes nothing' Y "$(cat $folder/enabled)"

check 'a checked value takes its limits' 'write:0 1;write:100 3;' \
	"$(rw $folder/percent write:0 write:100)"
check 'a checked value refuses more' \
	'write:101 Numerical result out of range;write:256 Numerical result out of range;write:x Invalid argument;read:9 4 "100\n";' \
	"$(rw $folder/percent write:101 write:256 write:x read:9)"
check 'bad addresses are refused' 'badwrite:1 Bad address;badread:1 Bad address;' \
	"$(rw $folder/percent badwrite:1 badread:1)"

check 'a blob is read byte for byte' 000a7fff "$(xxd -p $folder/blob)"
check 'a blob has an end' 'seek:2 2;read:9 2 "\x7f\xff";read:9 0 "";' \
	"$(rw $folder/blob seek:2 read:9 read:9)"

exec 3<$folder/percent
check 'rmmod is refused while a function of the module is in use' \
	"rmmod: can't unload module 'debugfs': Resource temporarily unavailable" \
	"$(rmmod debugfs 2>&1)"
exec 3<$folder/count
rmmod debugfs
check 'a plain value may be open when the module goes' 'cat: read error: Input/output error' \
	"$(cat <&3 2>&1)"
exec 3<&-
check 'nothing is left' no "$([ -e $folder ] && echo yes || echo no)"
finish
