#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# mknoddev.sh - make the file of a character device by its name in /proc/devices.
#
# Idea: a driver that asks for any free major number is told one at load time.
# /proc/devices has it beside the driver's name.
#
# Usage:
#	insmod /character_device.ko
#	/mknoddev.sh character_device 5 /tmp/fifth
#	cat /tmp/fifth
#	/mknoddev.sh character_device 6 /tmp/fifth
#	cat /tmp/fifth
#	rm /tmp/fifth
#	rmmod character_device
#	/mknoddev.sh character_device
#	/mknoddev.sh
#	/mknoddev.sh mem 5 /etc/hostname
#
# Expected:
#	this is minor 5
#	this is minor 6
#	mknoddev.sh: there is no character device character_device in /proc/devices
#	usage: mknoddev.sh NAME [MINOR [FILE]]   (0, /dev/NAME)
#	mknoddev.sh: /etc/hostname is there and is no device
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_PROC_FS, root
# See: kernel_module/character_device.c
set -eu

if [ $# -lt 1 ] || [ $# -gt 3 ]; then
	echo 'usage: mknoddev.sh NAME [MINOR [FILE]]   (0, /dev/NAME)' >&2
	exit 2
fi
name=$1 minor=${2:-0} file=${3:-/dev/$1}

# Block devices come behind a blank line, and have numbers of their own.
major=$(awk -v name="$name" '$0 == "" { exit } $2 == name { print $1; exit }' /proc/devices)
if [ -z "$major" ]; then
	echo "mknoddev.sh: there is no character device $name in /proc/devices" >&2
	exit 1
fi
if [ -e "$file" ] && [ ! -c "$file" ]; then
	echo "mknoddev.sh: $file is there and is no device" >&2
	exit 1
fi
rm -f "$file"
mknod "$file" c "$major" "$minor"
