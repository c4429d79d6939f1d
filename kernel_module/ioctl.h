/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What the module ioctl and its users agree on. Both sides may be compiled for
 * different sizes of "long": so there are only types of fixed size here, each at
 * a multiple of its size, and no holes that would carry the kernel's memory out.
 */
#ifndef LKMC_IOCTL_H
#define LKMC_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct ioctl_division - a division that the kernel does
 * @dividend:	in
 * @quotient:	out
 * @divisor:	in, not 0
 * @remainder:	out
 */
struct ioctl_division {
	__u64 dividend;
	__u64 quotient;
	__u32 divisor;
	__u32 remainder;
};

/* The numbers tell direction and size too, so a mix-up is seen. */
#define IOCTL_MAGIC 0xb7

/* The device's number, 0 at first: set it, ask for it. */
#define IOCTL_SET _IOW(IOCTL_MAGIC, 1, __s32)
#define IOCTL_GET _IOR(IOCTL_MAGIC, 2, __s32)
/* EINVAL if the divisor is 0. */
#define IOCTL_DIVIDE _IOWR(IOCTL_MAGIC, 3, struct ioctl_division)

#endif
