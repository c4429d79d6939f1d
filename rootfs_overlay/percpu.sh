#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# percpu.sh - every CPU counts, far and not at all.
#
# Idea: a sum of parts that nobody locks is right once the writers are through.
#
# Usage:
#	/percpu.sh
#
# Expected:
#	KTAP version 1
#	1..4
#	ok 1 each CPU has counted
#	ok 2 the sum is that of all
#	ok 3 a sum of nothing
#	ok 4 what would take too long is refused
#	percpu: CPU 0 counted 12345
#	...
#	percpu: the sum is right
#	percpu: the sum is right
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
# See: kernel_module/percpu.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

trap 'rmmod percpu 2>/dev/null || :' EXIT

plan 4
before=$(dmesg | grep -c 'counted 12345' || :)
insmod /percpu.ko count=12345
check 'each CPU has counted' "$(nproc)" "$(($(dmesg | grep -c 'counted 12345') - before))"
check 'the sum is that of all' 'percpu: the sum is right' "$(log 'percpu: ')"
rmmod percpu
insmod /percpu.ko count=0
check 'a sum of nothing' 'percpu: the sum is right' "$(log 'percpu: ')"
rmmod percpu
why=$(/myinsmod.out /percpu.ko count=1000001 2>&1) || :
check 'what would take too long is refused' 'finit_module: Numerical result out of range' "$why"
finish
