#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# gdbserver.sh - run a program for a GDB on the host, on a forwarded port.
#
# Idea: gdbserver holds the program and does what GDB, on the host with sources and
# symbols, asks by TCP. FORWARD makes a port of the guest reachable on the host.
#
# Usage:
#	/gdbserver.sh; echo $?
#
# Expected:
#	usage: gdbserver.sh PROGRAM [ARGUMENT...]
#	on the host: make run FORWARD=1234:1234, then
#	gdb-multiarch out/PROFILE/user/PROGRAM -ex 'target remote 127.0.0.1:1234'
#	2
#
# Needs: /usr/bin/gdbserver
# See: man 1 gdbserver, Documentation/dev-tools/gdb-kernel-debugging.rst
set -eu

if [ $# -eq 0 ]; then
	cat >&2 <<'END'
usage: gdbserver.sh PROGRAM [ARGUMENT...]
on the host: make run FORWARD=1234:1234, then
gdb-multiarch out/PROFILE/user/PROGRAM -ex 'target remote 127.0.0.1:1234'
END
	exit 2
fi
if ! command -v gdbserver >/dev/null; then
	echo 'gdbserver.sh: this guest has no gdbserver; make gdbserver BIN=hello on the host brings one' >&2
	exit 1
fi
exec gdbserver :1234 "$@"
