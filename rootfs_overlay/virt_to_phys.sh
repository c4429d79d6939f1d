#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# virt_to_phys.sh - look at and change a module's memory by physical addresses.
#
# Idea: /dev/mem is the machine's memory as a file, the offset is the physical
# address. What stands there is what the module told; what is written there, the
# module sees. Most kernels allow this for devices only (CONFIG_STRICT_DEVMEM).
#
# Usage:
#	/virt_to_phys.sh
#
# Expected:
#	KTAP version 1
#	1..7
#	ok 1 kmalloc: the offset in the page is the same
#	ok 2 static: the offset in the page is the same
#	ok 3 static memory of a module is elsewhere than kmalloc's
#	ok 4 kmalloc: the text is at the physical address...
#	ok 5 static: the text is at the physical address...
#	ok 6 kmalloc: what is written there reaches the module...
#	ok 7 static: what is written there reaches the module...
#	...
#	virt_to_phys: exit: ...
#
# Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, /dev/mem
# See: kernel_module/virt_to_phys.c, drivers/char/mem.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

trap 'rmmod virt_to_phys 2>/dev/null || :' EXIT

# address NAME KIND prints an address that the module told.
address() {
	log "virt_to_phys: $1:" | sed -n "s/.* $2 \\(0x[0-9a-f]*\\),.*/\\1/p"
}

# at PHYSICAL prints the text there.
at() {
	dd if=/dev/mem bs=16 skip=$(($1 / 16)) count=1 2>/dev/null | tr -d '\0'
}

plan 7
insmod /virt_to_phys.ko
for name in kmalloc static; do
	check "$name: the offset in the page is the same" $(($(address $name virtual) & 4095)) $(($(address $name physical) & 4095))
done
distance() {
	echo $(($(address "$1" virtual) - $(address "$1" physical)))
}
check "static memory of a module is elsewhere than kmalloc's" yes \
	"$([ "$(distance kmalloc)" != "$(distance static)" ] && echo yes)"

kmalloc=$(address kmalloc physical)
static=$(address static physical)
if dd if=/dev/mem bs=16 skip=$((kmalloc / 16)) count=1 >/dev/null 2>&1; then
	check 'kmalloc: the text is at the physical address' 'made by kmalloc' "$(at "$kmalloc")"
	check 'static: the text is at the physical address' 'made by linker' "$(at "$static")"
	printf 'Made' | dd of=/dev/mem bs=16 seek=$((kmalloc / 16)) conv=notrunc 2>/dev/null
	printf 'MADE' | dd of=/dev/mem bs=16 seek=$((static / 16)) conv=notrunc 2>/dev/null
	rmmod virt_to_phys
	said=$(log 'virt_to_phys: exit:')
	check 'kmalloc: what is written there reaches the module' 'Made by kmalloc' "$(echo "$said" | sed 's/.*texts \(.*\), .*/\1/')"
	check 'static: what is written there reaches the module' 'MADE by linker' "${said##*, }"
else
	why='the kernel does not let anyone read its memory (CONFIG_STRICT_DEVMEM)'
	skip 'kmalloc: the text is at the physical address' "$why"
	skip 'static: the text is at the physical address' "$why"
	skip 'kmalloc: what is written there reaches the module' "$why"
	skip 'static: what is written there reaches the module' "$why"
	rmmod virt_to_phys
fi
finish
