#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rand_check_poweroff.sh - what varies from boot to boot, as the whole user space.
#
# Idea: with nothing else started, two boots of an emulator without a clock of its
# own can be compared number by number. See what ARGS='-icount shift=4,sleep=off
# -rtc clock=vm,base=2026-01-01' changes.
#
# Usage:
#	make run APPEND='init=/rand_check_poweroff.sh'
#
# Expected:
#	code 0x...
#	stack 0x...
#	pid ...
#	uptime ...
#	reboot: Power down
#	run: the guest powered off (exit status 0)
#
# Needs: nothing
# See: kernel_module/user/rand_check.c, kernel_module/user/poweroff.c

# No set -e: process 1 must get to its end.
/rand_check.out
exec /poweroff.out
