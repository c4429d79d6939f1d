/* SPDX-License-Identifier: GPL-2.0-only */
/* What kernel_module/uring.c and user/uring.c say to each other. */
#ifndef URING_H
#define URING_H

#include <linux/types.h>

#define URING_CMD_DELAY 1 /* cmd_op of a submission */
#define URING_DELAY_MAX 1000 /* milliseconds */

/* The 16 bytes that a submission has for the driver. */
struct uring_delay {
	__u32 ms; /* when to complete, up to URING_DELAY_MAX */
	__u32 value; /* what the completion's result is then, up to 2^31 - 1 */
	__u64 reserved; /* zero */
};

#endif
