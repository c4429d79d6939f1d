#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# count.sh - count to infinity, one number a second.
#
# Idea: something that shows that the guest is alive and how its time goes, also as
# the init, with nothing else in the machine. The argument is another interval.
#
# Usage:
#	/count.sh 2 & sleep 5; kill $!
#	/count.sh fast; echo $?
#
# Expected:
#	1
#	2
#	3
#	usage: count.sh [SECONDS]
#	2
#
# Usage:
#	make run APPEND='init=/count.sh' TIMEOUT=15
#
# Expected:
#	1
#	2
#	3
#	run: TIMEOUT=15 seconds passed (exit status 124)
#
# Needs: nothing
# See: kernel_module/user/sleep_forever.c

# As process 1 it has only BusyBox itself, and words that are not for it.
interval=1
if [ $$ -ne 1 ] && [ $# -gt 0 ]; then
	interval=$1
	case $# in 1) ;; *) interval= ;; esac
	case $interval in
	'' | *[!0-9.]*)
		echo 'usage: count.sh [SECONDS]' >&2
		exit 2
		;;
	esac
fi

n=0
while :; do
	n=$((n + 1))
	echo $n
	/bin/busybox sleep "$interval"
done
