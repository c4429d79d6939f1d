#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kref.sh - remove kref.ko while others still have its object.
#
# Idea: who cancels work takes over what the work had; nothing is left, and
# nothing is freed twice.
#
# Usage:
#	/kref.sh
#
# Expected:
#	KTAP version 1
#	1..2
#	ok 1 the object is freed once
#	ok 2 by the last one
#	kref: init lets go
#	kref: work 1 lets go
#	kref: exit lets go for work 0
#	kref: exit lets go for work 2
#	kref: nobody has it: freed
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
# See: kernel_module/kref.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

trap 'rmmod kref 2>/dev/null || :' EXIT

plan 2
before=$(dmesg | grep -c 'kref: nobody' || :)
insmod /kref.ko step_ms=2000
sleep 3
rmmod kref
check 'the object is freed once' 1 "$(($(dmesg | grep -c 'kref: nobody') - before))"
check 'by the last one' 'kref: nobody has it: freed' "$(log 'kref: ')"
finish
