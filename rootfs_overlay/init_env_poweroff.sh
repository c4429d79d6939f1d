#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# init_env_poweroff.sh - show what the kernel gives its first program, then power off.
#
# Idea: settings on the kernel command line that the kernel does not know become
# environment of init, unless there is a dot in the name; words after -- become
# its arguments.
#
# Usage:
#	make run APPEND='init=/init_env_poweroff.sh asdf=qwer -- one "two words"'
#
# Expected:
#	process: 1
#	argument: one
#	argument: two words
#	environment: asdf=qwer
#	reboot: Power down
#	run: the guest powered off (exit status 0)
#
# Needs: nothing
# See: init/main.c (unknown_bootoption), Documentation/admin-guide/kernel-parameters.rst

# No set -e: process 1 must get to its end. Links of BusyBox may not be there yet.
echo "process: $$"
for argument; do
	echo "argument: $argument"
done
/bin/busybox env | /bin/busybox sed 's/^/environment: /'
exec /poweroff.out
