#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# poll.sh - readers of a file that becomes readable again and again.
#
# Idea: each reader has its own place among the ticks, a slow one loses none, a
# waiting one can be interrupted, and while there is one the module stays.
#
# Usage:
#	/poll.sh
#
# Expected:
#	KTAP version 1
#	1..7
#	ok 1 intervals that are too short or too long are refused
#	ok 2 a reader waits for ticks
#	ok 3 a slow reader gets the ticks that it missed
#	ok 4 the next one who opens begins with 1
#	ok 5 the module stays while a reader waits
#	ok 6 a signal ends the wait
#	ok 7 then the module goes
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEVTMPFS, root
# See: kernel_module/poll.c, kernel_module/user/poll.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

trap 'rmmod poll 2>/dev/null || :' EXIT
# ticks N reads so many of descriptor 3, one at a time.
ticks() {
	dd bs=64 count="$1" <&3 2>/dev/null | tr '\n' ' '
}

plan 7
refused=
for interval in 0 86400001; do
	insmod /poll.ko interval_ms=$interval 2>/dev/null || refused="$refused $interval"
done
check 'intervals that are too short or too long are refused' ' 0 86400001' "$refused"

insmod /poll.ko interval_ms=100
exec 3</dev/poll
check 'a reader waits for ticks' 'tick 1 tick 2 ' "$(ticks 2)"
sleep 0.5
check 'a slow reader gets the ticks that it missed' 'tick 3 tick 4 tick 5 ' "$(ticks 3)"
exec 3<&-
exec 3</dev/poll
check 'the next one who opens begins with 1' 'tick 1 ' "$(ticks 1)"
exec 3<&-
rmmod poll

insmod /poll.ko interval_ms=3600000
cat /dev/poll &
reader=$!
sleep 0.2
refused=no
rmmod poll 2>/dev/null || refused=yes
check 'the module stays while a reader waits' yes $refused
# Of this signal the shell never tells; whether it tells of others varies.
kill -PIPE $reader
status=0
wait $reader || status=$?
check 'a signal ends the wait' $((128 + 13)) $status
removed=no
rmmod poll && removed=yes
check 'then the module goes' yes $removed
finish
