#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dep.sh - a module that needs another: in the wrong order, and by modprobe.
#
# Idea: insmod does just what it is told, modprobe looks into modules.dep first.
# The kernel counts who uses dep, and does not let it go before.
#
# Usage:
#	/dep.sh
#
# Expected:
#	KTAP version 1
#	1..10
#	ok 1 dep2 alone is refused
#	ok 2 the kernel names the symbol
#	ok 3 modprobe loads dep first
#	ok 4 dep2 has called dep
#	ok 5 dep is used once, by dep2
#	ok 6 dep cannot be removed meanwhile
#	ok 7 dep2 can come again, and the numbers go on
#	ok 8 modprobe -r removes both
#	ok 9 dep knows how many numbers it gave
#	ok 10 dep begins anew
#	dep2: Unknown symbol dep_next (err -2)
#	dep2: Unknown symbol dep_next (err -2)
#	dep: ready
#	dep2: got number 1
#	dep2: done
#	dep2: got number 2
#	dep2: done
#	dep: numbers given: 2
#	dep: ready
#	dep2: got number 1
#	dep2: done
#	dep: numbers given: 1
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_SYSFS
# See: kernel_module/dep.c, kernel_module/dep2.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

trap 'rmmod dep2 dep 2>/dev/null || :' EXIT

# loaded prints which of the two are there, the youngest first.
loaded() {
	sed -n 's/^\(dep2*\) .*/\1/p' /proc/modules | xargs
}

plan 10
check 'dep2 alone is refused' \
	"insmod: can't insert '/dep2.ko': unknown symbol in module, or unknown parameter" \
	"$(insmod /dep2.ko 2>&1)"
check 'the kernel names the symbol' 'dep2: Unknown symbol dep_next (err -2)' "$(log 'dep2: Unknown')"

modprobe dep2
check 'modprobe loads dep first' 'dep2 dep' "$(loaded)"
check 'dep2 has called dep' 'dep2: got number 1' "$(log 'dep2: got')"
check 'dep is used once, by dep2' '1 dep2' \
	"$(cat /sys/module/dep/refcnt) $(ls /sys/module/dep/holders)"
check 'dep cannot be removed meanwhile' \
	"rmmod: can't unload module 'dep': Resource temporarily unavailable" "$(rmmod dep 2>&1)"

rmmod dep2
insmod /dep2.ko
check 'dep2 can come again, and the numbers go on' 'dep2: got number 2' "$(log 'dep2: got')"
modprobe -r dep2
check 'modprobe -r removes both' '' "$(loaded)"
check 'dep knows how many numbers it gave' 'dep: numbers given: 2' "$(log 'dep: numbers')"

insmod /dep.ko
insmod /dep2.ko
check 'dep begins anew' 'dep2: got number 1' "$(log 'dep2: got')"
finish
