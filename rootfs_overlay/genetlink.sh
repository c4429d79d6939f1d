#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# genetlink.sh - good and bad messages to the family of genetlink.ko.
#
# Idea: what the policy of a family forbids never reaches its function.
#
# Usage:
#	/genetlink.sh
#
# Expected:
#	KTAP version 1
#	1..7
#	ok 1 a text of 32 bytes
#	ok 2 one of 33 bytes is refused
#	ok 3 one of 1000 bytes is refused
#	ok 4 an empty text is a text
#	ok 5 none is not
#	ok 6 another command is refused
#	ok 7 what was refused was not counted
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_NET
# See: kernel_module/genetlink.c, kernel_module/user/genetlink.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

trap 'rmmod genetlink 2>/dev/null || :' EXIT

ask() { /genetlink.out "$@" 2>&1 || :; }

long=$(seq -s ' ' 1000)
refused='genetlink: upper: Invalid argument: Attribute failed policy validation'
plan 7
insmod /genetlink.ko
check 'a text of 32 bytes' 'ABCDEFGHIJKLMNOPQRSTUVWXYZ ABCDE (request 1)' "$(ask upper 'abcdefghijklmnopqrstuvwxyz ABCDE')"
check 'one of 33 bytes is refused' "$refused" "$(ask upper 'abcdefghijklmnopqrstuvwxyz ABCDEF')"
check 'one of 1000 bytes is refused' "$refused" "$(ask upper "$(printf %.1000s "$long")")"
check 'an empty text is a text' ' (request 2)' "$(ask upper '')"
check 'none is not' 'genetlink: upper: Invalid argument: a text is missing' "$(ask upper)"
check 'another command is refused' 'genetlink: 2: Operation not supported' "$(ask 2 text)"
check 'what was refused was not counted' 'A (request 3)' "$(ask upper a)"
finish
