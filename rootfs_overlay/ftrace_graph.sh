#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ftrace_graph.sh - draw what a kernel function calls while a command runs.
#
# Idea: this tracer also puts itself in the place of the return address, so it sees
# when a function ends: calls become a tree with durations. There is only one such
# tracer in all kernels up to 6.10, so this script is a guest: it does nothing when
# somebody traces already, and leaves all as it was. With a COMMAND only that and
# its children are traced, without one all for a second. Four levels are drawn.
#
# Usage:
#	/ftrace_graph.sh; echo $?
#	/ftrace_graph.sh hrtimer_nanosleep sleep 0.1
#
# Expected:
#	usage: ftrace_graph.sh FUNCTION [COMMAND [ARGUMENT...]]
#	2
#	...
#	...|  hrtimer_nanosleep() {
#	...
#	...|  }...
#	...
#
# Usage:
#	/ftrace_graph.sh no_such_function true; echo $?
#	cd /sys/kernel/tracing
#	cat current_tracer set_graph_function set_ftrace_pid
#	echo hrtimer_nanosleep >set_ftrace_filter; echo function >current_tracer
#	/ftrace_graph.sh hrtimer_nanosleep true; echo $?
#	echo nop >current_tracer; echo >set_ftrace_filter
#
# Expected:
#	ftrace_graph.sh: no_such_function: the kernel can trace no such function, see /sys/kernel/tracing/available_filter_functions
#	1
#	nop
#	#### all functions enabled ####
#	no pid
#	ftrace_graph.sh: the tracer function is in use: echo nop >/sys/kernel/tracing/current_tracer
#	1
#
# Needs: CONFIG_FUNCTION_GRAPH_TRACER, CONFIG_DYNAMIC_FTRACE, root
# See: Documentation/trace/ftrace.rst, rootfs_overlay/ftrace.sh
set -eu

if [ $# -eq 0 ]; then
	echo 'usage: ftrace_graph.sh FUNCTION [COMMAND [ARGUMENT...]]' >&2
	exit 2
fi
function=$1
shift

tracing=/sys/kernel/tracing
tracer=$(cat $tracing/current_tracer)
if [ "$tracer" != nop ]; then
	echo "ftrace_graph.sh: the tracer $tracer is in use: echo nop >$tracing/current_tracer" >&2
	exit 1
fi
fork=$(cat $tracing/options/function-fork)
on=$(cat $tracing/tracing_on)
depth=$(cat $tracing/max_graph_depth)

trap '[ ! -e $tracing/options/funcgraph-irqs ] || echo 1 >$tracing/options/funcgraph-irqs
	echo nop >$tracing/current_tracer
	echo >$tracing/set_graph_function
	echo >$tracing/set_ftrace_pid
	echo $fork >$tracing/options/function-fork
	echo $depth >$tracing/max_graph_depth
	echo >$tracing/trace
	echo $on >$tracing/tracing_on' EXIT
trap 'exit 130' INT TERM

# The subshell is for the shell's own words on a failed write.
if ! (echo "$function" >$tracing/set_graph_function) 2>/dev/null; then
	echo "ftrace_graph.sh: $function: the kernel can trace no such function, see $tracing/available_filter_functions" >&2
	exit 1
fi

# What interrupts do meanwhile does not belong to the picture, and what is deeper
# would fill the buffer, whose beginning is what matters.
echo 4 >$tracing/max_graph_depth
status=0
echo 0 >$tracing/tracing_on
echo function_graph >$tracing/current_tracer
echo 0 >$tracing/options/funcgraph-irqs
echo 1 >$tracing/options/function-fork
if [ $# -eq 0 ]; then
	echo 1 >$tracing/tracing_on
	sleep 1
else
	# shellcheck disable=SC2016 # for the other shell, which becomes the command
	folder=$tracing sh -c 'echo $$ >$folder/set_ftrace_pid
		echo 1 >$folder/tracing_on
		unset folder
		exec "$@"' sh "$@" || status=$?
fi
echo 0 >$tracing/tracing_on
grep -v '^#' $tracing/trace || :
exit $status
