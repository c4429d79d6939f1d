#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tracepoint.sh - switch the event of tracepoint.ko on, filter it, look at it.
#
# Idea: the macro gave the event more than a line in the trace: a description of
# its binary form, and filters on its fields.
#
# Usage:
#	/tracepoint.sh
#
# Expected:
#	KTAP version 1
#	1..9
#	ok 1 the format is described
#	ok 2 nothing is traced before it is switched on
#	ok 3 each step is an event
#	ok 4 the last step comes to 1
#	ok 5 a filter on a field
#	ok 6 1 is there already
#	ok 7 what is out of range is refused
#	ok 8 and so is a word
#	ok 9 the event goes with the module
#	tracepoint: steps: 111
#	tracepoint: steps: 111
#	tracepoint: steps: 111
#	tracepoint: steps: 0
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_EVENT_TRACING, /sys/kernel/tracing/events
# See: kernel_module/tracepoint.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

tracing=/sys/kernel/tracing
event=$tracing/events/tracepoint/tracepoint_step
start=/sys/module/tracepoint/parameters/start
trap 'rmmod tracepoint 2>/dev/null || :; echo >$tracing/trace' EXIT

# steps prints how many events the trace has.
steps() { grep -c 'tracepoint_step: ' $tracing/trace || :; }

# refused VALUE prints why it cannot be written to start.
refused() {
	why=$({ echo "$1" >$start; } 2>&1) || :
	echo "${why##*: }"
}

plan 9
insmod /tracepoint.ko
check 'the format is described' 'unsigned int number' "$(grep -o 'unsigned int number' $event/format)"
echo 27 >$start
check 'nothing is traced before it is switched on' 0 "$(steps)"

echo 1 >$event/enable
echo 27 >$start
check 'each step is an event' 111 "$(steps)"
check 'the last step comes to 1' 'step 111: 1' "$(sed -n '$s/.*tracepoint_step: //p' $tracing/trace)"

echo >$tracing/trace
echo 'number > 9000' >$event/filter
echo 27 >$start
check 'a filter on a field' 'step 77: 9232' "$(sed -n 's/.*tracepoint_step: //p' $tracing/trace)"
echo 0 >$event/filter

echo >$tracing/trace
echo 1 >$start
check '1 is there already' 0 "$(steps)"
check 'what is out of range is refused' 'Numerical result out of range, Numerical result out of range' \
	"$(refused 0), $(refused 1001)"
check 'and so is a word' 'Invalid argument' "$(refused many)"
echo 0 >$event/enable
rmmod tracepoint
check 'the event goes with the module' gone "$([ ! -e $event ] && echo gone)"
finish
