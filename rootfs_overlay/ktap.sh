# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# ktap.sh - sourced by the guest tests. The host parses its output as KTAP.
planned=0
ran=0
failed=0

# plan N announces N tests first, so that a test cut short by a crash shows.
plan() {
	planned=$1
	printf 'KTAP version 1\n1..%d\n' "$planned"
}

# check NAME WANT GOT
check() {
	ran=$((ran + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $ran $1"
		return
	fi
	failed=$((failed + 1))
	printf '# want: %s\n# got:  %s\n' "$2" "$3"
	echo "not ok $ran $1"
}

# skip NAME WHY
skip() {
	ran=$((ran + 1))
	echo "ok $ran $1 # SKIP $2"
}

# log PATTERN prints the text of the last kernel message that contains PATTERN.
log() {
	dmesg | awk -v text="$1" 'index($0, text) { last = $0 } END { sub(/^\[[^]]*\] /, "", last); print last }'
}

# finish turns the counters into an exit status.
finish() {
	[ "$failed" -eq 0 ] && [ "$ran" -eq "$planned" ]
}
