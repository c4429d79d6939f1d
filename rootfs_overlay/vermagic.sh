#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vermagic.sh - compare the version magic of modules with the running kernel.
#
# Idea: what modinfo finds in the file begins with what uname says, and the
# kernel prints the whole of its own when it refuses another.
#
# Usage:
#	/vermagic.sh
#
# Expected:
#	KTAP version 1
#	1..4
#	ok 1 the magic begins with the release of the kernel
#	ok 2 the module agrees
#	ok 3 another magic is refused
#	ok 4 the kernel tells the magic that it wants
#	vermagic: built for ..., which is what runs
#	vermagic_fail: version magic '0.0.0 none' should be '...'
#	vermagic_fail: version magic '0.0.0 none' should be '...'
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
# See: kernel_module/vermagic.c, kernel_module/vermagic_fail.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

trap 'rmmod vermagic 2>/dev/null || :' EXIT

plan 4
release=$(uname -r)
magic=$(modinfo -F vermagic /vermagic.ko)
check 'the magic begins with the release of the kernel' "$release" "${magic%% *}"
insmod /vermagic.ko
check 'the module agrees' "vermagic: built for $release, which is what runs" "$(log 'vermagic: built')"
check 'another magic is refused' \
	"insmod: can't insert '/vermagic_fail.ko': invalid module format" \
	"$(insmod /vermagic_fail.ko 2>&1)"
# Both end with a blank, which modinfo or the shell may lose.
wanted=$(log 'vermagic_fail: version magic')
wanted=${wanted##*should be \'}
wanted=${wanted%\'}
check 'the kernel tells the magic that it wants' "${magic% }" "${wanted% }"
finish
