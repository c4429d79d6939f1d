/* SPDX-License-Identifier: GPL-2.0-only */
/* The event of kernel_module/tracepoint.c; the macros read this file many times. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM tracepoint

#if !defined(TRACEPOINT_H) || defined(TRACE_HEADER_MULTI_READ)
#define TRACEPOINT_H

#include <linux/tracepoint.h>

/*
 * TP_PROTO: what the caller gives. TP_STRUCT__entry: what is kept in the ring
 * buffer. TP_fast_assign: how it gets there, at each call. TP_printk: how it
 * looks, only when someone reads the trace.
 */
TRACE_EVENT(tracepoint_step,
	    TP_PROTO(unsigned int step, unsigned int number),
	    TP_ARGS(step, number),
	    TP_STRUCT__entry(__field(unsigned int, step)
			     __field(unsigned int, number)),
	    TP_fast_assign(__entry->step = step;
			   __entry->number = number;),
	    TP_printk("step %u: %u", __entry->step, __entry->number)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE tracepoint
#include <trace/define_trace.h>
