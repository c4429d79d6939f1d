#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kfifo.sh - fill and empty the queue of kfifo.ko, round and round.
#
# Idea: a queue is tried at its edges: empty, full, and where it goes round.
#
# Usage:
#	/kfifo.sh
#
# Expected:
#	KTAP version 1
#	1..7
#	ok 1 empty at first
#	ok 2 what comes in goes out, once
#	ok 3 16 bytes are full
#	ok 4 a full queue takes no more
#	ok 5 nor has it lost anything
#	ok 6 bytes keep their order around the end
#	ok 7 a bad address is refused
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_DEVTMPFS
# See: kernel_module/kfifo.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

device=/dev/kfifo
trap 'rmmod kfifo 2>/dev/null || :' EXIT

plan 7
insmod /kfifo.ko
check 'empty at first' 0 "$(wc -c <$device)"
printf ahoj >$device
check 'what comes in goes out, once' 'ahoj+' "$(cat $device)+$(cat $device)"

# dd writes once: the driver says how much it took.
why=$(printf 0123456789abcdefXYZ | dd of=$device bs=19 2>&1) || :
check '16 bytes are full' 'No space left on device' "$(echo "$why" | sed -n 's/^dd: .*: //p')"
why=$({ echo more >$device; } 2>&1) || :
check 'a full queue takes no more' 'No space left on device' "${why##*: }"
check 'nor has it lost anything' 0123456789abcdef "$(cat $device)"

got=
for word in one two three four five six seven eight nine ten; do
	printf %s $word >$device
	got="$got $(cat $device)"
done
check 'bytes keep their order around the end' ' one two three four five six seven eight nine ten' "$got"

printf x >$device
check 'a bad address is refused' 'read: Bad address write: Bad address ' "$(/efault.out $device 8 | tr '\n' ' ')"
finish
