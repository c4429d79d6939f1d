#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# uring.sh - commands under way, refused, and left behind by a killed program.
#
# Idea: between submission and completion a command belongs to the driver. What
# happens to the program meanwhile must not matter to it.
#
# Usage:
#	/uring.sh
#
# Expected:
#	KTAP version 1
#	1..8
#	ok 1 the order is that of the delays
#	ok 2 eight at once
#	ok 3 too long a delay and too large a number are refused
#	ok 4 the largest number
#	ok 5 another operation is refused
#	ok 6 a command under way keeps the module
#	ok 7 it completes
#	ok 8 the module can go soon after a killed program
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_IO_URING, CONFIG_DEVTMPFS
# See: kernel_module/uring.c, kernel_module/user/uring.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

work=/tmp/uring.$$
trap 'rmmod uring 2>/dev/null || :; rm -f $work' EXIT

# ask prints what the program says, in one line.
ask() { /uring.out "$@" 2>&1 | tr '\n' ' '; }

# removed tries to remove the module, for two seconds.
removed() {
	tries=10
	until rmmod uring 2>/dev/null || [ $tries -eq 0 ]; do
		tries=$((tries - 1))
		sleep 0.2
	done
	[ ! -e /sys/module/uring ] && echo removed
}

plan 8
insmod /uring.ko
check 'the order is that of the delays' 'command 1: 2 command 2: 3 command 0: 1 ' "$(ask 400 1 0 2 200 3)"
check 'eight at once' 8 "$(/uring.out 9 1 8 1 7 1 6 1 5 1 4 1 3 1 2 1 | wc -l)"
check 'too long a delay and too large a number are refused' \
	'command 0: Numerical result out of range command 1: Numerical result out of range ' \
	"$(ask 1001 1 0 2147483648)"
check 'the largest number' 'command 0: 2147483647 ' "$(ask 0 2147483647)"
check 'another operation is refused' 'command 0: Inappropriate ioctl for device ' "$(ask -o 2 0 1)"

/uring.out 600 1 >$work &
sleep 0.2
refused=no
rmmod uring 2>/dev/null || refused=yes
check 'a command under way keeps the module' yes "$refused"
wait
check 'it completes' 'command 0: 1' "$(cat $work)"

/uring.out 400 1 &
sleep 0.1
kill -9 $!
wait $! 2>/dev/null || :
check 'the module can go soon after a killed program' removed "$(removed)"
finish
