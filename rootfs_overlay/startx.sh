#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# startx.sh - start the X server on the guest's screen, with a window manager and some windows.
#
# Idea: an X server draws windows for its clients, and the window manager is one of
# them: the frames are its own windows. On most machines udev tells the server which
# devices there are; here it is told by a file, made from what the kernel says of
# its input devices. xinit starts the server, then the clients of xinitrc, and stops
# it when that ends: twm has a menu for it, on the background.
#
# Usage:
#	make run PROFILE=x86_64-qemu-x11 GRAPHIC=1 EVAL=startx
#	make screenshot PROFILE=x86_64-qemu-x11
#
# Expected:
#	out/x86_64-qemu-x11/runs/default/screen.png
#
# Needs: /usr/bin/Xorg
# Test: TestX11
# See: man 1 xinit, man 5 xorg.conf, rootfs_overlay/etc/X11/xinit/xinitrc
set -eu

if ! command -v Xorg >/dev/null; then
	echo 'startx: there is no X server in this guest; the profile x86_64-qemu-x11 has one' >&2
	exit 1
fi
if [ ! -e /dev/dri/card0 ]; then
	echo 'startx: this guest has no screen (SCREEN=1 or GRAPHIC=1 gives it one)' >&2
	exit 1
fi

# inputs prints a section for each device that has keys that repeat, or moves.
inputs() {
	awk -F= '
		/^N:/ { name = $2; gsub(/"/, "", name); event = ""; kind = "" }
		/^H:/ && match($0, /event[0-9]+/) { event = substr($0, RSTART, RLENGTH) }
		/^B: (REL|ABS)/ { kind = "CorePointer" }
		/^B: EV/ && length($2) >= 6 { kind = "CoreKeyboard" }
		/^$/ && kind {
			printf "Section \"InputDevice\"\n\tIdentifier \"%s %s\"\n\tDriver \"evdev\"\n", event, name
			printf "\tOption \"Device\" \"/dev/input/%s\"\n\tOption \"%s\"\nEndSection\n", event, kind
		}' /proc/bus/input/devices
}

modprobe -q evdev || :
config=/tmp/xorg.conf
{
	inputs
	cat <<'END'
Section "ServerFlags"
	Option "AutoAddDevices" "false"
EndSection
Section "Device"
	Identifier "card"
	Driver "modesetting"
	Option "kmsdev" "/dev/dri/card0"
	Option "AccelMethod" "none"
EndSection
Section "Monitor"
	Identifier "monitor"
EndSection
Section "Screen"
	Identifier "screen"
	Device "card"
	Monitor "monitor"
	DefaultDepth 24
	SubSection "Display"
		Modes "800x600"
	EndSubSection
EndSection
Section "ServerLayout"
	Identifier "layout"
	Screen "screen"
END
	inputs | sed -n 's/^\tIdentifier/\tInputDevice/p'
	echo EndSection
} >$config

clients=$HOME/.xinitrc
[ -e "$clients" ] || clients=/etc/X11/xinit/xinitrc
exec xinit "$clients" "$@" -- /usr/bin/Xorg :0 -config $config -nolisten tcp -retro
