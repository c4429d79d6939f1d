#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# gpio.sh - switch and read the lines of a GPIO chip that the kernel simulates.
#
# Idea: a GPIO line is one bit of wire: the kernel drives it or reads it. gpio-sim
# makes a chip out of folders in configfs; then a test sees both ends, the line
# as the kernel's users see it and the wire as the hardware would. The users'
# files in /sys/class/gpio are the old interface that a shell can use; programs
# of today open /dev/gpiochipN.
#
# Usage:
#	/gpio.sh
#
# Expected:
#	KTAP version 1
#	1..13
#	ok 1 the chip has four lines
#	ok 2 its label
#	ok 3 it has a character device
#	ok 4 out: high reaches the wire
#	ok 5 out: low reaches the wire
#	ok 6 out: low is high when active low
#	ok 7 out: a glitch-free start
#	ok 8 in: the wire is pulled up
#	ok 9 in: the wire is pulled down
#	ok 10 in: the value cannot be written
#	ok 11 a line is given out once
#	ok 12 there is no fifth line
#	ok 13 nothing is left
#
# Needs: CONFIG_GPIO_SIM, CONFIG_GPIO_SYSFS, CONFIG_CONFIGFS_FS
# See: Documentation/admin-guide/gpio/gpio-sim.rst, Documentation/admin-guide/gpio/sysfs.rst,
#	drivers/gpio/gpio-sim.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

config=/sys/kernel/config
gpio=/sys/class/gpio
mounted=
sim=$config/gpio-sim/lkmc

# The other way round than it was made; a chip that is live cannot be removed.
clean() {
	[ ! -d $sim ] || {
		[ "$(cat $sim/live)" = 0 ] || echo 0 >$sim/live
		rmdir $sim/bank $sim
	}
	[ -z "$mounted" ] || umount $config
	mounted=
}
trap 'clean 2>/dev/null' EXIT

# refused VALUE FILE prints the error that the shell gets.
refused() {
	if why=$(sh -c "echo $1 >$2" 2>&1); then
		echo accepted
	else
		echo "${why##*: }"
	fi
}

plan 13
modprobe -q gpio-sim || :
if [ ! -d $config/gpio-sim ]; then
	mount -t configfs configfs $config
	mounted=yes
fi
mkdir $sim $sim/bank
echo 4 >$sim/bank/num_lines
echo lkmc-chip >$sim/bank/label
echo 1 >$sim/live
chip=$(cat $sim/bank/chip_name)
wire=/sys/devices/platform/$(cat $sim/dev_name)/$chip
users=$(echo "$wire"/gpio/gpiochip*)
[ -d "$users" ] || users=$(echo "$wire"/../gpio/gpiochip*)
base=$(cat "$users/base")
check 'the chip has four lines' 4 "$(cat "$users/ngpio")"
check 'its label' lkmc-chip "$(cat "$users/label")"
check 'it has a character device' yes "$([ -c "/dev/$chip" ] && echo yes)"

echo "$base" >$gpio/export
line=$gpio/gpio$base
echo out >"$line/direction"
echo 1 >"$line/value"
check 'out: high reaches the wire' 1 "$(cat "$wire/sim_gpio0/value")"
echo 0 >"$line/value"
check 'out: low reaches the wire' 0 "$(cat "$wire/sim_gpio0/value")"
echo 1 >"$line/active_low"
echo 0 >"$line/value"
check 'out: low is high when active low' 1 "$(cat "$wire/sim_gpio0/value")"
echo 0 >"$line/active_low"
# Direction and first value in one step: the wire is never anything else.
echo in >"$line/direction"
echo high >"$line/direction"
check 'out: a glitch-free start' 'out 1' "$(cat "$line/direction") $(cat "$wire/sim_gpio0/value")"

echo $((base + 1)) >$gpio/export
line=$gpio/gpio$((base + 1))
echo in >"$line/direction"
echo pull-up >"$wire/sim_gpio1/pull"
check 'in: the wire is pulled up' 1 "$(cat "$line/value")"
echo pull-down >"$wire/sim_gpio1/pull"
check 'in: the wire is pulled down' 0 "$(cat "$line/value")"
check 'in: the value cannot be written' 'Operation not permitted' "$(refused 1 "$line/value")"
check 'a line is given out once' 'Device or resource busy' "$(refused $((base + 1)) $gpio/export)"
# The next number is nobody's, or another chip's.
check 'there is no fifth line' no "$([ ! -e "$wire/sim_gpio4" ] && echo no)"

echo "$base" >$gpio/unexport
echo $((base + 1)) >$gpio/unexport
clean
check 'nothing is left' '' "$(ls -d "/dev/$chip" "$users" 2>/dev/null)"
finish
