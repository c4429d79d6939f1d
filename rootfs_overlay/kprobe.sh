#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kprobe.sh - put a breakpoint on functions of the kernel, also on impossible ones.
#
# Idea: a probe is on an address. A name that the kernel does not know is
# refused at insertion; the probes that there are can be seen in debugfs.
#
# Usage:
#	/kprobe.sh
#
# Expected:
#	KTAP version 1
#	1..6
#	ok 1 the kernel lists the probe
#	ok 2 one call is seen
#	ok 3 who does not come by is not counted
#	ok 4 the probe goes with the module
#	ok 5 another function
#	ok 6 a function that is not there is refused
#	kprobe: watching vfs_rmdir
#	kprobe: rmdir came by vfs_rmdir
#	kprobe: calls: 1
#	kprobe: watching vfs_mkdir
#	kprobe: mkdir came by vfs_mkdir
#	kprobe: calls: 1
#	kprobe: cannot watch vfs_nothing: error -2
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_KPROBES, no CONFIG_MIPS,
#	/sys/kernel/debug/kprobes
# See: kernel_module/kprobe.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

list=/sys/kernel/debug/kprobes/list
folder=/tmp/kprobe.$$
trap 'rmmod kprobe 2>/dev/null || :; rm -rf $folder' EXIT

plan 6
insmod /kprobe.ko
check 'the kernel lists the probe' 1 "$(grep -c vfs_rmdir $list)"
mkdir $folder
rmdir $folder
check 'one call is seen' "kprobe: rmdir came by vfs_rmdir" "$(log 'came by')"
rmdir $folder 2>/dev/null || :
rmmod kprobe
check 'who does not come by is not counted' 'kprobe: calls: 1' "$(log 'kprobe: calls')"
check 'the probe goes with the module' 0 "$(grep -c vfs_rmdir $list || :)"

insmod /kprobe.ko symbol=vfs_mkdir
mkdir $folder
rmmod kprobe
rmdir $folder
check 'another function' "kprobe: mkdir came by vfs_mkdir" "$(log 'came by')"
why=$(/myinsmod.out /kprobe.ko symbol=vfs_nothing 2>&1) || :
check 'a function that is not there is refused' 'finit_module: No such file or directory' "$why"
finish
