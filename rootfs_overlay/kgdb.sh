#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kgdb.sh - stop the whole kernel for a GDB on the second serial port.
#
# Idea: the kernel can be its own GDB server, also on real hardware. kgdboc is told
# the port, and SysRq g, or any breakpoint in the kernel, stops all CPUs and waits
# there for GDB. Nothing in the guest goes on until GDB says continue or detach.
# A terminal instead of GDB finds KDB there, a debugger with commands of its own;
# with KDB=1 that is the guest's terminal.
#
# Usage:
#	make run BUILDER=source KGDB=1
#	/kgdb.sh
#	make kgdb
#
# Expected:
#	kgdb.sh: the kernel stops now; GDB can attach at /dev/ttyS1
#	KGDB: Registered I/O driver kgdboc
#	sysrq: DEBUG
#	kgdb.sh: the kernel goes on
#
# Needs: CONFIG_KGDB_SERIAL_CONSOLE, CONFIG_MAGIC_SYSRQ, root
# See: Documentation/dev-tools/kgdb.rst, rootfs_overlay/kgdb-mod.sh
# Test: TestKgdb
set -eu

if [ $# -gt 1 ]; then
	echo 'usage: kgdb.sh [PORT]     such as ttyS1; by default that of KGDB=1 or KDB=1, or a UART that is no console' >&2
	exit 2
fi

# another_port prints the first UART that is there and is not the console.
another_port() {
	read -r consoles </sys/class/tty/console/active
	for port in /sys/class/tty/tty*; do
		type=$(cat "$port/type" 2>/dev/null) || continue
		case " $consoles " in *" ${port##*/} "*) continue ;; esac
		[ "$type" = 0 ] || { echo "${port##*/}" && return; }
	done
	echo 'kgdb.sh: there is no second serial port (make run KGDB=1)' >&2
	return 1
}

kgdboc=/sys/module/kgdboc/parameters/kgdboc
if [ ! -e $kgdboc ]; then
	echo 'kgdb.sh: this kernel has no KGDB on serial ports (make run BUILDER=source)' >&2
	exit 1
fi
read -r before <$kgdboc || :
port=${1:-${before%%,*}}
[ -n "$port" ] || port=$(another_port)

read -r consoles </sys/class/tty/console/active
case " $consoles " in
*" $port "*) echo "kgdb.sh: the kernel stops now; KDB is at the console, go leaves it" ;;
*) echo "kgdb.sh: the kernel stops now; GDB can attach at /dev/$port" ;;
esac
[ "$port,115200" = "$before" ] || echo "$port,115200" >$kgdboc
# What is on the way to the console gets there first.
/bin/busybox stty -F /dev/console opost 2>/dev/null || :
echo g >/proc/sysrq-trigger
echo 'kgdb.sh: the kernel goes on'
# As it was: without a port, breakpoints of the kernel do not wait for GDB.
[ "$port,115200" = "$before" ] || echo "$before" >$kgdboc
