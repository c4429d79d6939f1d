#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# params.sh - give parameters to a module, read and change them in /sys.
#
# Idea: the kernel parses what is written for a parameter by its type, and
# refuses what is no number before the module sees it, at insertion as in /sys.
# (BusyBox's insmod tries two system calls, so that it is refused twice.)
#
# Usage:
#	/params.sh
#
# Expected:
#	KTAP version 1
#	1..9
#	ok 1 init sees the values
#	ok 2 number is in /sys
#	ok 3 text is in /sys
#	ok 4 number can be changed
#	ok 5 a word for the number is refused
#	ok 6 exit sees the changed value
#	ok 7 a word for the number is refused at insertion
#	ok 8 a wrong value leaves no module
#	ok 9 unset parameters have defaults
#	params: init number=42 text=ahoj
#	params: exit number=43 text=ahoj
#	params: `many' invalid for parameter `number'
#	params: `many' invalid for parameter `number'
#	params: init number=0 text=none
#	params: exit number=0 text=none
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
# See: kernel_module/params.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

values=/sys/module/params/parameters
trap 'rmmod params 2>/dev/null || :' EXIT

plan 9
insmod /params.ko number=42 text=ahoj
check 'init sees the values' 'params: init number=42 text=ahoj' "$(log 'params: init')"
check 'number is in /sys' 42 "$(cat $values/number)"
check 'text is in /sys' ahoj "$(cat $values/text)"

echo 43 >$values/number
check 'number can be changed' 43 "$(cat $values/number)"
check 'a word for the number is refused' 'write:many Invalid argument' \
	"$(/rw.out $values/number write:many)"
rmmod params
check 'exit sees the changed value' 'params: exit number=43 text=ahoj' "$(log 'params: exit')"

check 'a word for the number is refused at insertion' \
	"insmod: can't insert '/params.ko': Invalid argument" \
	"$(insmod /params.ko number=many 2>&1)"
check 'a wrong value leaves no module' '' "$(grep '^params ' /proc/modules)"

insmod /params.ko
check 'unset parameters have defaults' 'params: init number=0 text=none' "$(log 'params: init')"
finish
