#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# init_forward.sh - run the commands of lkmc_eval, then be the usual init.
#
# Idea: process 1 can become another program and stay process 1: that is all that
# exec does. So an init can do something first, in a system where nothing runs and
# nothing is mounted but the root and /dev, and then hand over.
#
# Usage:
#	make run APPEND='init=/init_forward.sh' EVAL='echo nothing else runs; (sleep 10; poweroff) &'
#
# Expected:
#	nothing else runs
#	lkmc: eval status 0
#	lkmc: to quit, type: poweroff
#	reboot: Power down
#	run: the guest powered off (exit status 0)
#
# Needs: root
# See: rootfs_overlay/eval.sh, man 2 execve

# No set -e: process 1 must get to its end.
set -u
b=/bin/busybox

# What the commands will want; rcS does it again, which does no harm.
if [ $$ -eq 1 ]; then
	"$b" mount -t proc proc /proc
	"$b" mount -t sysfs sysfs /sys
	"$b" mount -o remount,rw /
	"$b" --install -s
fi

/eval.sh "$@"
# Or S98 would run them again.
unset lkmc_eval lkmc_eval_base64
exec /sbin/init
