#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# firmware.sh - good files, bad files and no file for firmware.ko.
#
# Idea: a driver must live with whatever it finds, and with finding nothing.
#
# Usage:
#	/firmware.sh
#
# Expected:
#	KTAP version 1
#	1..6
#	ok 1 a good file
#	ok 2 bytes that cannot be printed
#	ok 3 a mark and nothing else
#	ok 4 another mark is refused
#	ok 5 less than a mark is refused
#	ok 6 without a file there is no device
#	firmware: 9 bytes after the mark: settings\n
#	...
#	platform firmware: Direct firmware load for lkmc.bin failed with error -2
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_FW_LOADER
# See: kernel_module/firmware.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

file=/lib/firmware/lkmc.bin
trap 'rmmod firmware 2>/dev/null || :; rm -f $file' EXIT
mkdir -p ${file%/*}

# load [FORMAT] tries the module with a file of that, and tells what came of it.
load() {
	rm -f $file
	# shellcheck disable=SC2059 # it is a format
	[ $# -eq 0 ] || printf "$1" >$file
	if why=$(/myinsmod.out /firmware.ko 2>&1); then
		rmmod firmware
		log 'firmware: '
	else
		echo "$why"
	fi
}

plan 6
check 'a good file' 'firmware: 9 bytes after the mark: settings\n' "$(load 'LKMC settings\n')"
check 'bytes that cannot be printed' 'firmware: 3 bytes after the mark: \001x\002' "$(load 'LKMC \001x\002')"
check 'a mark and nothing else' 'firmware: 0 bytes after the mark: ' "$(load 'LKMC ')"
check 'another mark is refused' 'finit_module: Invalid argument' "$(load 'LKMD settings\n')"
check 'less than a mark is refused' 'finit_module: Invalid argument' "$(load 'LKMC')"
check 'without a file there is no device' 'finit_module: No such file or directory' "$(load)"
finish
