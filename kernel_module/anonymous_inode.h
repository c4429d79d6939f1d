/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* What the module anonymous_inode and its users agree on. */
#ifndef LKMC_ANONYMOUS_INODE_H
#define LKMC_ANONYMOUS_INODE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * The result is a new file descriptor. Each read() of it gives one line with the
 * next number, beginning with the one that the argument points to.
 */
#define ANONYMOUS_INODE_GET _IOW(0xb8, 1, __u32)

#endif
