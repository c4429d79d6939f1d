#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kgdb-mod.sh - stop the kernel for GDB while a module is being written to.
#
# Idea: to stop in a function of a module, GDB wants to know where the module is,
# and something has to call the function. This loads the module fops, tells where
# its code is, writes to its file all the time in the background, and stops. GDB
# as make kgdb starts it finds the module by itself; any other is told by
# add-symbol-file. Then: break fops_write, continue.
#
# Usage:
#	make run BUILDER=source KGDB=1
#	/kgdb-mod.sh
#	make kgdb BREAK=fops_write
#
# Expected:
#	kgdb-mod.sh: add-symbol-file out/PROFILE/source/modules/fops.ko 0x...
#	kgdb.sh: the kernel stops now; GDB can attach at /dev/ttyS1
#	kgdb.sh: the kernel goes on
#
# Needs: CONFIG_KGDB_SERIAL_CONSOLE, CONFIG_MAGIC_SYSRQ, CONFIG_DEBUG_FS, CONFIG_MODULES, root
# See: Documentation/dev-tools/kgdb.rst, rootfs_overlay/kgdb.sh, kernel_module/fops.c
# Test: TestKgdb
set -eu

if [ $# -gt 1 ]; then
	echo 'usage: kgdb-mod.sh [PORT]     such as ttyS1; by default that of KGDB=1 or KDB=1, or a UART that is no console' >&2
	exit 2
fi

writer=
trap '[ -z "$writer" ] || kill "$writer"; [ -z "$writer" ] || wait "$writer" 2>/dev/null || :; rmmod fops' EXIT
insmod /fops.ko
echo "kgdb-mod.sh: add-symbol-file out/PROFILE/source/modules/fops.ko $(cat /sys/module/fops/sections/.text)"

while :; do
	echo ahoj >/sys/kernel/debug/fops
	sleep 0.05
done &
writer=$!
# Not exec: the module is to be removed afterwards.
/kgdb.sh "$@"
