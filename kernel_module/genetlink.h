/* SPDX-License-Identifier: GPL-2.0-only */
/* What kernel_module/genetlink.c and user/genetlink.c say to each other. */
#ifndef GENETLINK_H
#define GENETLINK_H

#define GENETLINK_NAME "genetlink"
#define GENETLINK_VERSION 1
#define GENETLINK_TEXT_MAX 32 /* bytes, without the zero at the end */

enum genetlink_command {
	GENETLINK_CMD_UNSPEC,
	GENETLINK_CMD_UPPER, /* request: TEXT; reply: TEXT in upper case, COUNT */
};

enum genetlink_attribute {
	GENETLINK_ATTR_UNSPEC,
	GENETLINK_ATTR_TEXT, /* string that ends with a zero */
	GENETLINK_ATTR_COUNT, /* u32: requests since the module is there */
	__GENETLINK_ATTR_END,
	GENETLINK_ATTR_MAX = __GENETLINK_ATTR_END - 1,
};

#endif
