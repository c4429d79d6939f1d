#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# insrm.sh - insert and remove a module N times.
#
# Idea: what a module forgets to give back does no harm the first time. Loaded a
# hundred times it shows: names that are taken, memory that is gone.
#
# Usage:
#	/insrm.sh hello 2
#	/insrm.sh /procfs.ko 20
#	/insrm.sh nonexistent
#	/insrm.sh hello many
#	/insrm.sh
#
# Expected:
#	inserted and removed hello: 2 times
#	hello init
#	hello exit
#	hello init
#	hello exit
#	inserted and removed procfs: 20 times
#	insmod: can't insert '/nonexistent.ko': No such file or directory
#	insrm.sh: many is no number of times
#	usage: insrm.sh MODULE [TIMES [NAME=VALUE...]]   (10 times)
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD
# See: kernel_module/hello.c
set -eu

if [ $# -eq 0 ]; then
	echo 'usage: insrm.sh MODULE [TIMES [NAME=VALUE...]]   (10 times)' >&2
	exit 2
fi
file=$1 times=${2:-10}
shift
[ $# -eq 0 ] || shift
case $file in
*.ko) ;;
*) file=/$file.ko ;;
esac
case $times in
'' | *[!0-9]*)
	echo "insrm.sh: $times is no number of times" >&2
	exit 2
	;;
esac
name=${file##*/}
name=${name%.ko}

i=0
while [ "$i" -lt "$times" ]; do
	insmod "$file" "$@"
	rmmod "$name"
	i=$((i + 1))
done
echo "inserted and removed $name: $times times"
