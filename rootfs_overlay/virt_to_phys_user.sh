#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# virt_to_phys_user.sh - find the memory of a process, and change it from outside.
#
# Idea: usermem.out looks at a text of its own. virt_to_phys_user.out tells where
# in the machine's memory that is, /dev/mem reads and writes it there. Where the
# kernel allows neither, /proc/PID/mem does it by the virtual address.
#
# Usage:
#	/virt_to_phys_user.sh
#
# Expected:
#	KTAP version 1
#	1..8
#	ok 1 the process tells its address
#	ok 2 the physical address is that of a page
#	ok 3 another offset in the page
#	ok 4 the dump has the page too
#	ok 5 the text is at the physical address...
#	ok 6 what is written there reaches the process...
#	ok 7 through /proc/PID/mem too
#	ok 8 a user is told no page frames
#
# Needs: CONFIG_PROC_PAGE_MONITOR, root, /dev/mem
# See: kernel_module/user/virt_to_phys_user.c, kernel_module/user/pagemap_dump.c,
#	kernel_module/user/usermem.c
set -eu
# shellcheck source=ktap.sh
. /ktap.sh

out=/tmp/virt_to_phys_user.$$
child=
trap '[ -z "$child" ] || kill "$child" 2>/dev/null || :; rm -f $out' EXIT

# begin TEXT starts a process with the text and sets child and virtual.
begin() {
	rm -f $out
	/usermem.out 10 "$1" >$out &
	child=$!
	n=0
	until grep -qs '^pid' $out || [ $n -ge 50 ]; do
		sleep 0.1
		n=$((n + 1))
	done
	virtual=$(sed -n 's/.* virtual \(0x[0-9a-f]*\),.*/\1/p' $out)
}

# end waits for the process and sets last to its last line.
end() {
	wait "$child"
	child=
	last=$(tail -n 1 $out)
}

plan 8
begin 'look at me now!!'
check 'the process tells its address' "pid $child, virtual $virtual, text look at me now!!" "$(cat $out)"
physical=$(/virt_to_phys_user.out $child "$virtual")
check 'the physical address is that of a page' 0 "$((physical % 4096))"
check 'another offset in the page' $((physical + 9)) "$(($(/virt_to_phys_user.out $child $((virtual + 9)))))"
# The frame is counted in pages, whatever their size is.
size=$(awk '/KernelPageSize/ { print $2 * 1024; exit }' /proc/self/smaps)
check 'the dump has the page too' $((physical / size)) \
	"$(($(/pagemap_dump.out $child | awk -v a="$virtual" '$1 == a { print $2 }')))"

if dd if=/dev/mem bs=16 skip=$((physical / 16)) count=1 >/dev/null 2>&1; then
	check 'the text is at the physical address' 'look at me now!!' "$(dd if=/dev/mem bs=16 skip=$((physical / 16)) count=1 2>/dev/null)"
	printf 'LOOK AT ME NOW..' | dd of=/dev/mem bs=16 seek=$((physical / 16)) conv=notrunc 2>/dev/null
	end
	check 'what is written there reaches the process' 'changed: LOOK AT ME NOW..' "$last"
else
	why='the kernel does not let anyone read its memory (CONFIG_STRICT_DEVMEM)'
	skip 'the text is at the physical address' "$why"
	skip 'what is written there reaches the process' "$why"
	kill $child
fi

begin 'and at me'
printf 'AND' | dd of=/proc/$child/mem bs=4096 seek=$((virtual / 4096)) conv=notrunc 2>/dev/null
end
check 'through /proc/PID/mem too' 'changed: AND at me' "$last"

# A process of the same user, or it could not even open the file.
# shellcheck disable=SC2016 # for the other shell
told=$(su user0 -c '/usermem.out 10 mine >/tmp/user0.out & sleep 0.5
	/virt_to_phys_user.out $! "$(sed -n "s/.* virtual \(0x[0-9a-f]*\),.*/\1/p" /tmp/user0.out)" 2>&1; kill $!; rm /tmp/user0.out') || :
check 'a user is told no page frames' 'the kernel tells page frames to root only' "$told"
finish
