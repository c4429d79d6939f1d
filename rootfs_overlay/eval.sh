#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# eval.sh - run the commands of the kernel command line and report their status.
#
# usage, on the kernel command line:
#   lkmc_eval="COMMANDS"                     at the end of init, by S98
#   init=/eval.sh - lkmc_eval="COMMANDS"     instead of init, then power off
# lkmc_eval_base64= holds the commands in base64, for any byte in them.
#
# The report is one line of the kernel log, which reaches the console whatever
# its loglevel is, and is never mixed with other text:
#   lkmc: eval status 0
#
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
