#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# mmap.sh - the memory that can be mapped, seen as a file and by mappings.
#
# Idea: a mapping cannot be made with a shell, a file can be read with any tool:
# what one shows the other has.
#
# Usage:
#	/mmap.sh
#
# Expected:
#	KTAP version 1
#	1..8
#	ok 1 the memory is two pages
#	ok 2 it holds nothing at first
#	ok 3 a write over the end is refused there
#	ok 4 and does all before the end
#	ok 5 what the mappings left is in the file
#	ok 6 mappings that cannot be are refused
#	ok 7 an open file holds the module
#	ok 8 loaded again, it holds nothing
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEVTMPFS, /proc/self/smaps, root
# See: kernel_module/mmap.c, kernel_module/user/mmap.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

trap 'rmmod mmap 2>/dev/null || :' EXIT
# What is in the memory, without the zeros.
memory() {
	tr -d '\0' </dev/mmap
}

plan 8
insmod /mmap.ko
page=$(sed -n '/^KernelPageSize: *\([0-9]*\) kB/{s//\1/p;q;}' /proc/self/smaps)
size=$((2 * page * 1024))
check 'the memory is two pages' $size "$(wc -c </dev/mmap)"
check 'it holds nothing at first' '' "$(memory)"

full='No space left on device'
got=$({ head -c $((size - 1)) /dev/zero && printf abc; } 2>&1 | dd of=/dev/mmap bs=512 2>&1 | grep -o "$full")
check 'a write over the end is refused there' "$full" "$got"
check 'and does all before the end' a "$(memory)"

/mmap.out >/dev/null
check 'what the mappings left is in the file' 'from user space
from the kernel
a' "$(memory)"
check 'mappings that cannot be are refused' 7 "$(/mmap.out wrong | grep -Ec 'Invalid|grown.*Bad address|Permission')"

refused=no
exec 3</dev/mmap
rmmod mmap 2>/dev/null || refused=yes
exec 3<&-
check 'an open file holds the module' yes $refused

rmmod mmap
insmod /mmap.ko
check 'loaded again, it holds nothing' '' "$(memory)"
finish
