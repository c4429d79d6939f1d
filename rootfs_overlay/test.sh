#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test.sh - do what the headers of modules, programs and scripts tell, and compare.
#
# usage: test.sh [-f] [-t SECONDS] [NAME...]
#	NAME     hello (a module), hello.out (a program) or fops.sh (a script); all
#	         when none is given. test.sh -l lists them.
#	-f       insert each module while one allocation after the other fails, too,
#	         where the kernel can do that: some seconds a module, or more
#	SECONDS  how long each may take (default 30)
#
# /lib/lkmc/catalogue/NAME is the header. Each line under Usage: is run, and what
# it writes and the kernel says must be the lines under Expected:, where "..." is
# any text, and a line "..." any number of lines. Messages of the kernel that are
# not expected are passed over unless they warn or begin with NAME. Then modules
# are loaded and unloaded once more. The output is KTAP.
set -u

catalogue=/lib/lkmc/catalogue
config=/lib/modules/$(uname -r)/config
work=/tmp/test.$$
seconds=30
# What says no more than that the emulator's host is busy, or is said of every
# module that is no part of the kernel.
noise='hrtimer: interrupt took|clocksource: |workqueue: .* hogged CPU|sched: RT throttling|: loading out-of-tree module taints kernel|: module verification failed: |random: crng'
# What a kernel that checks itself says of a bug.
bugs='BUG: |WARNING: |KASAN|Oops|general protection|DEBUG_LOCKS|ODEBUG|corruption|refcount_t|cannot create duplicate|still has|leaked'

# Files are read by awk here: "read" of the shell asks the kernel for each byte, which
# in an emulator takes more time than to start a program.

# read_header NAME sets needs and pairs: how many blocks of Usage there are that
# a guest can run, in the files usage.N and expected.N.
read_header() {
	header=$(awk -v work="$work" '
	/^Usage:/ { pairs++; host = 0; section = work "/usage." pairs; printf "" >section; next }
	/^Expected:/ {
		section = host ? "" : work "/expected." pairs
		if (!host)
			printf "" >section
		next
	}
	/^Test:/ { debugger = 1 }
	/^Needs:/ { needs = substr($0, 7); section = "needs"; next }
	/^\tmake / {
		# A boot of its own, which the host tests.
		if (section == work "/usage." pairs) {
			pairs--
			section = ""
			host = 1
		}
		next
	}
	/^\t/ {
		if (section == "needs")
			needs = needs " " substr($0, 2)
		else if (section != "")
			print substr($0, 2) >section
		next
	}
	/^ / { if (section == "needs") needs = needs " " $0; next }
	/./ { section = "" }
	END { printf "%d%s", debugger ? 0 : pairs, needs }' "$catalogue/$1")
	needs=${header#"${header%%[!0-9]*}"}
	pairs=${header%"$needs"}
}

# missing sets lacking to the first thing of needs that is not there.
missing() {
	lacking=
	rest=$needs,
	while [ -n "$rest" ]; do
		need=${rest%%,*} rest=${rest#*,}
		need=${need# }
		case $need in
		'' | root | nothing) ;;
		CONFIG_*) option "$need" || lacking="$need is not set in this kernel" ;;
		'no CONFIG_'*) ! option "${need#no }" || lacking="${need#no } is set in this kernel" ;;
		/*) [ -e "$need" ] || lacking="there is no $need" ;;
		'pci '*) pci_device "${need#pci }" || lacking="there is no PCI device ${need#pci }" ;;
		'node '*)
			grep -qsx "OF_NAME=${need#node }" /sys/bus/platform/devices/*/uevent ||
				lacking="there is no ${need#node } in a device tree"
			;;
		*' CPUs') [ "$(nproc)" -ge "${need% CPUs}" ] || lacking="the guest has fewer than $need" ;;
		*) lacking="nobody knows what $need is" ;;
		esac
		[ -z "$lacking" ] || return 0
	done
	return 1
}

# option CONFIG_X is true when the kernel has it; what was found is remembered.
options=' '
option() {
	case $options in *" $1 "*) return 0 ;; esac
	grep -Eqs "^($1)=[^n]" "$config" || return 1
	options="$options$1 "
}

pci_device() {
	for device in /sys/bus/pci/devices/*; do
		[ -e "$device/vendor" ] || continue
		read -r vendor <"$device/vendor"
		read -r id <"$device/device"
		[ "${vendor#0x}:${id#0x}" != "$1" ] || return 0
	done
	return 1
}

# loaded sets modules to the names of those that are no part of the kernel: (O).
loaded() {
	modules=$(awk '$7 ~ /O/ { printf " %s", $1 }' /proc/modules)
}

# run_line LINE adds to the transcript what it wrote, each line after an "o", and
# what the kernel said meanwhile.
run_line() {
	eval "$1" >"$work/out" 2>&1 </dev/null
	status=$?
	[ ! -s "$work/out" ] || awk '{ print "o" $0 }' "$work/out" >>"$work/transcript"
	dmesg -rc >>"$work/transcript"
}

# compare NAME EXPECTED MODE compares the transcript. With MODE "warnings" only
# those of the kernel must be expected.
compare() {
	awk -v name="$1" -v noise="$noise" -v mode="$3" '
	# like is true when the line is the pattern, in which "..." is any text.
	function like(line, pattern,   n, parts, i, at) {
		n = split(pattern, parts, /\.\.\./)
		if (n == 1)
			return line == pattern
		if (substr(line, 1, length(parts[1])) != parts[1])
			return 0
		line = substr(line, length(parts[1]) + 1)
		for (i = 2; i < n; i++) {
			at = index(line, parts[i])
			if (parts[i] != "" && !at)
				return 0
			line = substr(line, at + length(parts[i]))
		}
		return length(line) >= length(parts[n]) && substr(line, length(line) - length(parts[n]) + 1) == parts[n]
	}
	function fail(text) {
		if (!failed)
			said[++says] = text
		failed = 1
	}
	FNR == NR { want[++wants] = $0; next }
	/^o/ { text = substr($0, 2); kernel = 0; level = 6 }
	/^</ {
		kernel = 1
		text = $0
		sub(/^<[0-9]+>(\[[^]]*\] )?/, "", text)
		number = substr($0, 2, index($0, ">") - 2)
		level = number < 8 ? number % 8 : 6
		if (text ~ noise)
			next
	}
	{ seen[++lines] = text; sub(/\r$/, "", text) }
	mode == "warnings" {
		if (level > 4)
			next
		for (i = 1; i <= wants; i++)
			if (like(text, want[i]))
				next
		fail("the kernel says, the second time: " text)
		next
	}
	failed { next }
	BEGIN { at = 1 }
	{
		if (want[at] == "...") {
			if (at < wants && like(text, want[at + 1]))
				at += 2
			next
		}
		if (at <= wants && like(text, want[at])) {
			at++
			next
		}
		if (kernel && level > 4 && index(text, prefix(name)) != 1)
			next
		fail("want: " (at <= wants ? want[at] : "no more lines") "\ngot:  " text)
	}
	function prefix(name) { sub(/\..*/, "", name); return name }
	END {
		if (!failed && mode != "warnings" && at <= wants && !(at == wants && want[at] == "..."))
			fail("want: " want[at] "\ngot:  no more lines")
		if (!failed)
			exit 0
		print said[1]
		print "all that was written:"
		for (i = 1; i <= lines; i++)
			print "  " seen[i]
		exit 1
	}' "$2" "$work/transcript" >"$work/why"
}

# report NAME prints the result of a subtest and notes a failure.
report() {
	subtests=$((subtests + 1))
	if [ ! -s "$work/why" ]; then
		echo "  ok $subtests $1"
		return
	fi
	sed 's/^/  # /' "$work/why"
	echo "  not ok $subtests $1"
	: >"$work/why"
	if grep -Eq "$bugs" "$work/transcript"; then bad=2; else bad=${bad:-1}; fi
}

# again runs what loads and unloads once more, which must end as before.
again() {
	: >"$work/transcript"
	while read -r first command; do
		run_line "$command"
		if [ "$status" != "$first" ]; then
			echo "$command: status $status, the first time $first" >>"$work/why"
		fi
	done <"$work/loads"
	[ -s "$work/why" ] || compare "$1" "$work/expected" warnings
	report 'loaded again'
}

# fails inserts once more while each allocation fails in turn: what was not undone then is in the way later, or is a bug it sees.
fails() {
	[ -n "${LKMC_TEST_FAIL-}" ] && [ -w /proc/self/fail-nth ] || return 0
	# insmod does not fail when a driver's probe does, and what PCI itself undoes
	# is not of interest here.
	case $needs in *'pci '*) return 0 ;; esac
	: >"$work/transcript"
	while read -r first command; do
		case $first$command in
		'0insmod /'*.ko*) ;;
		*) continue ;;
		esac
		# shellcheck disable=SC2086 # a file and settings
		set -- $command
		file=$2
		shift 2
		run_line "/fail_nth.out $file '$*'"
		[ "$status" = 0 ] || echo "/fail_nth.out $file: status $status" >>"$work/why"
		file=${file##*/}
		run_line "rmmod ${file%.ko}"
	done <"$work/loads"
	if grep -Eq "$bugs" "$work/transcript" || [ -s "$work/why" ]; then
		cat "$work/transcript" >>"$work/why"
	fi
	report 'undone when an allocation fails'
}

# one NAME tests one entry, in a process of its own. It ends with 1 when a text was
# another one, with 2 when the kernel said that there is a bug.
one() {
	bad='' subtests=0
	printf '  KTAP version 1\n  # Subtest: %s\n' "$1"
	loaded
	before=$modules
	: >"$work/loads"
	: >"$work/why"
	cd / || exit
	pair=0 which=
	: >"$work/expected"
	while [ $pair -lt "$pairs" ]; do
		pair=$((pair + 1))
		[ "$pairs" -eq 1 ] || which=", $pair"
		cat "$work/expected.$pair" >>"$work/expected"
		: >"$work/transcript"
		dmesg -c >/dev/null
		while IFS= read -r command <&8; do
			run_line "$command"
			case $command in
			insmod\ * | rmmod\ * | modprobe\ *) echo "$status $command" >>"$work/loads" ;;
			esac
		done 8<"$work/usage.$pair"
		compare "$1" "$work/expected.$pair" all
		report "what the header tells$which"
	done
	if grep -q ' insmod \| modprobe ' "$work/loads"; then
		again "$1"
		[ "${1%.*}" != "$1" ] || fails
	fi
	loaded
	if [ "$modules" != "$before" ]; then
		printf 'before:%s\nafter: %s\n' "$before" "$modules" >"$work/why"
		report 'modules are as before'
		for module in $modules; do
			case " $before " in *" $module "*) ;; *) rmmod "$module" ;; esac
		done
	fi
	printf '  1..%d\n' $subtests
	return "${bad:-0}"
}

# attempt NAME runs that process.
attempt() {
	LKMC_TEST_ONE=$work LKMC_TEST_NEEDS=$needs LKMC_TEST_PAIRS=$pairs timeout -s KILL "$seconds" sh "$0" "$1"
}

# ended STATUS is what is to be done after an entry was ended by time-out: it prints
# what the processes that are left wait for, and unloads what that entry had loaded.
ended() {
	read -r now _ </proc/uptime
	echo "# it was ended after $seconds s (status $1), $now s after the boot; what waits, and where:"
	for process in /proc/[0-9]*; do
		{ read -r id comm state parent _ <"$process/stat"; } 2>/dev/null || continue
		case $id:$parent in 2:* | *:2) continue ;; esac # the kernel's own
		echo "#   $id $comm $state $parent: $(cat "$process/wchan" 2>/dev/null)"
		[ "$state" != D ] || sed 's/^/#     /' "$process/stack"
	done
	loaded
	for module in $modules; do
		timeout -s KILL 5 rmmod "$module" 2>/dev/null || :
	done
}

# sleeps is true when what the entry says depends on time: a busy host can make
# that another text, but not twice.
sleeps() {
	while [ "$pairs" -gt 0 ]; do
		! grep -q '^sleep' "$work/usage.$pairs" || return 0
		pairs=$((pairs - 1))
	done
	return 1
}

# kmemleak finds what was allocated and is not pointed to by anything, where the
# kernel can do that, and which entry was tested at that time. Only what is older
# than five seconds is told.
kmemleak() {
	leaks=/sys/kernel/debug/kmemleak
	number=$((number + 1))
	printf '  KTAP version 1\n  # Subtest: kmemleak\n'
	echo scan >$leaks
	sleep 5
	echo scan >$leaks
	cat $leaks >"$work/leaks"
	hz=$(sed -n 's/^CONFIG_HZ=//p' "$config")
	awk -v hz="$hz" '
		FNR == NR { start[++n] = $1; name[n] = $2; next }
		/^unreferenced object/ { object = $0 }
		/jiffies/ {
			for (i = 1; i < NF; i++)
				if ($i == "jiffies")
					age = ($(i + 1) + 300 * hz) % 4294967296 / hz
			for (i = n; i > 1 && start[i] > age; i--);
			print "  # while " name[i] " was tested: " object
		}
		{ print "  #   " $0 }' "$work/times" "$work/leaks"
	if [ -s "$work/leaks" ]; then
		echo "not ok $number kmemleak"
		return 1
	fi
	echo "ok $number kmemleak"
}

while getopts ft:l option; do
	case $option in
	f) export LKMC_TEST_FAIL=1 ;;
	t) seconds=$OPTARG ;;
	l) ls $catalogue && exit ;;
	*) echo 'usage: test.sh [-f] [-t SECONDS] [-l] [NAME...]' >&2 && exit 2 ;;
	esac
done
shift $((OPTIND - 1))

# Called by itself, below, for one entry.
if [ -n "${LKMC_TEST_ONE-}" ]; then
	work=$LKMC_TEST_ONE needs=$LKMC_TEST_NEEDS pairs=$LKMC_TEST_PAIRS
	one "$1"
	exit
fi

mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
if [ $# -eq 0 ]; then
	# Those that have nothing to run here are left out.
	for file in "$catalogue"/*; do
		read_header "${file##*/}"
		[ "$pairs" -eq 0 ] || set -- "$@" "${file##*/}"
	done
fi
for name; do
	[ -r "$catalogue/$name" ] || { echo "test.sh: there is no $name (test.sh -l lists all)" >&2 && exit 2; }
done

failures=0
number=0
# The first scan finds what others have lost.
[ ! -e /sys/kernel/debug/kmemleak ] || echo clear >/sys/kernel/debug/kmemleak
printf 'KTAP version 1\n1..%d\n' $(($# + $([ -e /sys/kernel/debug/kmemleak ] && echo 1 || echo 0)))
for name; do
	number=$((number + 1))
	read_header "$name"
	if missing; then
		echo "ok $number $name # SKIP $lacking"
		continue
	fi
	if [ "$pairs" -eq 0 ]; then
		echo "ok $number $name # SKIP it is tested from the host"
		continue
	fi
	read -r now _ </proc/uptime
	echo "$now $name" >>/tmp/test.times
	note=
	attempt "$name"
	status=$?
	if [ $status -eq 1 ] && sleeps; then
		note=' # at the second try: what it says depends on time'
	elif [ $status -gt 2 ]; then
		ended $status
		dmesg | grep -Eq "$bugs" || note=" # at the second try: the first did not end in $seconds s"
	fi
	if [ -n "$note" ]; then
		attempt "$name"
		status=$?
		[ $status -le 2 ] || ended $status
	fi
	if [ $status -eq 0 ]; then
		echo "ok $number $name$note"
		continue
	fi
	echo "not ok $number $name"
	failures=$((failures + 1))
done
if [ -e /sys/kernel/debug/kmemleak ]; then
	mkdir -p "$work"
	mv /tmp/test.times "$work/times"
	kmemleak || failures=$((failures + 1))
fi
rm -f /tmp/test.times
[ $failures -eq 0 ]
