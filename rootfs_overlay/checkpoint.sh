#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# checkpoint.sh - keep the state of a guest in gem5, and run other commands from it.
#
# Idea: to boot takes gem5 a minute or two, to go on from a checkpoint some seconds.
# So what is to be measured is not in the state: the host says it anew each time, in
# a file that /m5 readfile reads. Where there is none, in the run that boots, nothing
# is done. On the host:
#	make run PROFILE=aarch64-gem5 EVAL='/checkpoint.sh; poweroff'
#	make run PROFILE=aarch64-gem5 CHECKPOINT=1 CPU=timing EVAL='insmod /hello.ko'
#
# Usage:
#	/checkpoint.sh; echo $?
#
# Expected:
#	checkpoint.sh: no /m5 here: this guest was not made for gem5
#	1
#
# Needs: root
# See: https://www.gem5.org/documentation/general_docs/m5ops/
set -eu

[ -x /m5 ] || {
	echo 'checkpoint.sh: no /m5 here: this guest was not made for gem5' >&2
	exit 1
}
/m5 checkpoint
/m5 readfile >/tmp/commands
[ ! -s /tmp/commands ] || exec sh /tmp/commands
