#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# gpio_led.sh - switch a light and look at the registers of the GPIO chip that drives it.
#
# Idea: to switch a light is to write a bit of a chip's register, which anybody can
# watch who sees the chip: its driver in debugfs, and in an emulator the monitor, that
# reads the register at its physical address as the CPU would. The PL061 of the machine
# virt has the levels of its eight lines at offset 0x3fc and their directions at
# 0x400. The kernel switches a light by itself, too, when it has a trigger.
#
# Usage:
#	/gpio_led.sh
#
# Expected:
#	KTAP version 1
#	1..9
#	ok 1 the driver has the light
#	ok 2 it is off, and an output
#	ok 3 on
#	ok 4 off
#	ok 5 as bright as it gets
#	ok 6 the line is in use
#	ok 7 its heart beats
#	ok 8 another line
#	ok 9 nothing is left
#	...
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_GPIO_PL061, CONFIG_LEDS_GPIO, CONFIG_DEBUG_FS, CONFIG_LEDS_TRIGGER_HEARTBEAT, /sys/bus/amba/devices/9030000.pl061
# See: kernel_module/gpio_led.c, rootfs_overlay/gpio.sh, Documentation/leds/leds-class.rst
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

light=/sys/class/leds/lkmc
gpio=/sys/kernel/debug/gpio
trap 'rmmod gpio_led 2>/dev/null || :' EXIT

# line prints direction and level of the line that has the light.
line() { sed -n "s/^ gpio-[0-9]* *(.*|lkmc *) *\(out\|in\) *\([a-z]*\).*/\1 \2/p" $gpio; }

# beats waits until the light was seen on and off.
beats() {
	seen=
	n=0
	while [ $n -lt 100 ]; do
		seen="$seen $(cat $light/brightness)"
		case $seen in *0*1*0* | *1*0*1*) echo yes && return ;; esac
		sleep 0.1
		n=$((n + 1))
	done
	echo "$seen"
}

plan 9
modprobe -q leds-gpio || :
insmod /gpio_led.ko
driver=$(readlink $light/device/driver)
check 'the driver has the light' leds-gpio "${driver##*/}"
check 'it is off, and an output' '0, out lo' "$(cat $light/brightness), $(line)"
echo 1 >$light/brightness
check 'on' 'out hi' "$(line)"
echo 0 >$light/brightness
check 'off' 'out lo' "$(line)"
echo 1000 >$light/brightness
check 'as bright as it gets' "$(cat $light/max_brightness)" "$(cat $light/brightness)"
echo 0 >$light/brightness
base=$(cat /sys/bus/amba/devices/9030000.pl061/gpio/gpiochip*/base) || base=none
busy=$(sh -c "echo $base >/sys/class/gpio/export" 2>&1) || :
check 'the line is in use' 'Device or resource busy' "${busy##*: }"
echo heartbeat >$light/trigger
check 'its heart beats' yes "$(beats)"
rmmod gpio_led
insmod /gpio_led.ko line=5
echo 1 >$light/brightness
check 'another line' "gpio-$((base + 5))" "$(sed -n 's/^ \(gpio-[0-9]*\) *(.*|lkmc.*/\1/p' $gpio)"
rmmod gpio_led
check 'nothing is left' no "$([ ! -e $light ] && echo no)"
finish
