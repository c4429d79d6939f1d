#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ftrace.sh - each call of a kernel function while a command runs.
#
# Idea: the compiler left a few bytes for a call at the start of each function. The
# kernel turns those of the chosen functions into calls of the tracer, while it
# runs. An instance has a buffer, a filter and a tracer of its own, so that nobody
# else's tracing is disturbed. FUNCTION may be a pattern such as 'vfs_*'; with a
# COMMAND only that and its children are traced, without one all for a second.
#
# Usage:
#	/ftrace.sh; echo $?
#	/ftrace.sh hrtimer_nanosleep sleep 0.1
#	/ftrace.sh hrtimer_nanosleep false; echo $?
#	/ftrace.sh no_such_function true; echo $?
#	ls /sys/kernel/tracing/instances
#
# Expected:
#	usage: ftrace.sh FUNCTION [COMMAND [ARGUMENT...]]
#	2
#	...: hrtimer_nanosleep <-...
#	...
#	1
#	ftrace.sh: no_such_function: the kernel can trace no such function, see /sys/kernel/tracing/available_filter_functions
#	1
#
# Needs: CONFIG_FUNCTION_TRACER, CONFIG_DYNAMIC_FTRACE, root
# See: Documentation/trace/ftrace.rst, rootfs_overlay/ftrace_graph.sh
set -eu

if [ $# -eq 0 ]; then
	echo 'usage: ftrace.sh FUNCTION [COMMAND [ARGUMENT...]]' >&2
	exit 2
fi
function=$1
shift

tracing=/sys/kernel/tracing
instance=$tracing/instances/ftrace.$$
mkdir $instance
trap 'echo nop >$instance/current_tracer; rmdir $instance' EXIT
trap 'exit 130' INT TERM

# The subshell is for the shell's own words on a failed write.
if ! (echo "$function" >$instance/set_ftrace_filter) 2>/dev/null; then
	echo "ftrace.sh: $function: the kernel can trace no such function, see $tracing/available_filter_functions" >&2
	exit 1
fi
echo function >$instance/current_tracer

status=0
if [ $# -eq 0 ]; then
	sleep 1
else
	echo 1 >$instance/options/function-fork
	# shellcheck disable=SC2016 # for the other shell, which becomes the command
	pids=$instance/set_ftrace_pid sh -c 'echo $$ >$pids; unset pids; exec "$@"' sh "$@" || status=$?
fi
echo 0 >$instance/tracing_on
grep -v '^#' $instance/trace || :
exit $status
