#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes profiles that differ a little, for measuring.
# usage: many-profiles.sh ARCH EMULATOR COUNT DIR
#   DIR   the folder profiles/ of a project that has layers for both
set -eu
arch=$1 emulator=$2 count=$3 dir=$4
i=1
while [ "$i" -le "$count" ]; do
	cat >"$dir/$arch-$emulator-many$i.toml" <<-END
		format = 1
		description = "one of $count"
		arch = "$arch"
		emulator = "$emulator"
		linux.config.LOG_BUF_SHIFT = $((12 + i % 10))
		linux.config.DEFAULT_HOSTNAME = "guest$i"
		linux.command_line.many = ["many=$i"]
		option.memory.default = "$((64 + i))M"
	END
	i=$((i + 1))
done
