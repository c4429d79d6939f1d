#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# eval.sh - run the commands of the kernel command line and report their status.
#
# Idea: a guest that is started by a program gets its work with the kernel command
# line, in lkmc_eval= or, for any byte in it, in base64 in lkmc_eval_base64=. S98
# runs this at the end of init, or it is the init itself and then powers off. The
# report is one line of the kernel log, which reaches the console whatever its
# loglevel is, and is never mixed with other text.
#
# Usage:
#	lkmc_eval='echo from outside; false' /eval.sh; echo $?
#	/eval.sh; echo $?
#	lkmc_eval_base64=ZWNobyAiYSc7YiIK /eval.sh
#
# Expected:
#	from outside
#	1
#	lkmc: eval status 1
#	2
#	lkmc: eval error: neither lkmc_eval nor lkmc_eval_base64 is set
#	lkmc: eval status 2
#	a';b
#	lkmc: eval status 0
#
# Usage:
#	make run EVAL_INIT='echo I am $$'
#
# Expected:
#	I am ...
#	lkmc: eval status 0
#	reboot: Power down
#	run: the guest powered off (exit status 0)
#
# Needs: root
# See: rootfs_overlay/etc/init.d/S98, rootfs_overlay/init_forward.sh

# No set -e: as process 1 this must get to its end.
set -u
b=/bin/busybox

# drain waits until the serial port has sent what programs wrote.
drain() {
	"$b" stty -F /dev/console opost 2>/dev/null
}

say() {
	drain
	if [ -c /dev/kmsg ] && echo "<1>lkmc: eval $*" >/dev/kmsg; then
		return
	fi
	echo "lkmc: eval $*"
}

# prepare does for process 1 what init and rcS do otherwise.
prepare() {
	[ -e /proc/self ] || "$b" mount -t proc proc /proc
	[ -d /sys/kernel ] || "$b" mount -t sysfs sysfs /sys
	[ -c /dev/kmsg ] || "$b" mount -t devtmpfs devtmpfs /dev
	"$b" mount -o remount,rw /
	"$b" --install -s
}

# run sets status.
run() {
	commands=${lkmc_eval:-}
	if [ -n "${lkmc_eval_base64:-}" ]; then
		if ! commands=$(printf '%s' "$lkmc_eval_base64" | "$b" base64 -d); then
			say 'error: lkmc_eval_base64 is not base64'
			status=2
			return
		fi
	fi
	if [ -z "$commands" ]; then
		say 'error: neither lkmc_eval nor lkmc_eval_base64 is set'
		status=2
		return
	fi
	/bin/sh -c "$commands"
	status=$?
}

# After -- the kernel passes settings as arguments.
for argument; do
	case $argument in
	lkmc_eval=*) export lkmc_eval="${argument#*=}" ;;
	lkmc_eval_base64=*) export lkmc_eval_base64="${argument#*=}" ;;
	esac
done

export PATH=/bin:/sbin:/usr/bin:/usr/sbin:/
[ $$ -ne 1 ] || prepare
cd / || exit
run
say "status $status"
[ $$ -eq 1 ] || exit "$status"

/etc/init.d/rcK
"$b" poweroff -f
# Not reached where power-off works. To end is to panic, which is seen too.
exit "$status"
