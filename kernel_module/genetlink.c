// SPDX-License-Identifier: GPL-2.0-only
/*
 * genetlink - system calls of one's own, as messages on a socket.
 *
 * Idea: a generic netlink family has a name, commands and typed attributes. The
 * policy says what each attribute may be, and the kernel checks it before our
 * function runs. It can grow without breaking old programs, which an ioctl with
 * a struct cannot. This family has one command: make a text upper case.
 *
 * Usage:
 *	insmod /genetlink.ko
 *	/genetlink.out upper ahoj
 *	/genetlink.out upper svete
 *	/genetlink.out upper
 *	rmmod genetlink
 *	/genetlink.out upper ahoj
 *
 * Expected:
 *	AHOJ (request 1)
 *	SVETE (request 2)
 *	genetlink: upper: Invalid argument: a text is missing
 *	genetlink: family genetlink: No such file or directory
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_NET
 * See: include/net/genetlink.h, kernel_module/user/genetlink.c, rootfs_overlay/genetlink.sh
 */
#include <linux/atomic.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "genetlink.h"

static atomic_t genetlink_count = ATOMIC_INIT(0);
static struct genl_family genetlink_family;

static const struct nla_policy genetlink_policy[GENETLINK_ATTR_MAX + 1] = {
	[GENETLINK_ATTR_TEXT] = { .type = NLA_NUL_STRING, .len = GENETLINK_TEXT_MAX },
};

static int genetlink_upper(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[GENETLINK_ATTR_TEXT];
	char text[GENETLINK_TEXT_MAX + 1];
	struct sk_buff *reply;
	void *header;
	char *c;

	/* An attribute that is there is as the policy says; but is it there? */
	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "a text is missing");
		return -EINVAL;
	}
	nla_strscpy(text, attr, sizeof(text));
	for (c = text; *c; c++)
		*c = toupper(*c);

	reply = genlmsg_new(nla_total_size(sizeof(text)) + nla_total_size(sizeof(u32)), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, &genetlink_family, 0, GENETLINK_CMD_UPPER);
	if (!header)
		goto out_reply;
	if (nla_put_string(reply, GENETLINK_ATTR_TEXT, text) ||
	    nla_put_u32(reply, GENETLINK_ATTR_COUNT, atomic_inc_return(&genetlink_count)))
		goto out_reply;
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info); /* also frees it */

out_reply:
	nlmsg_free(reply);
	return -EMSGSIZE;
}

static const struct genl_small_ops genetlink_ops[] = {
	{
		.cmd = GENETLINK_CMD_UPPER,
		.doit = genetlink_upper,
	},
};

static struct genl_family genetlink_family __ro_after_init = {
	.name = GENETLINK_NAME,
	.version = GENETLINK_VERSION,
	.module = THIS_MODULE,
	.maxattr = GENETLINK_ATTR_MAX,
	.policy = genetlink_policy,
	.small_ops = genetlink_ops,
	.n_small_ops = ARRAY_SIZE(genetlink_ops),
	/* Commands from here on are checked strictly: all of ours. */
	.resv_start_op = GENETLINK_CMD_UNSPEC + 1,
};

static int __init genetlink_init(void)
{
	return genl_register_family(&genetlink_family);
}

static void __exit genetlink_exit(void)
{
	/* Waits until no request is in genetlink_upper() any more. */
	genl_unregister_family(&genetlink_family);
}

module_init(genetlink_init);
module_exit(genetlink_exit);

MODULE_DESCRIPTION("A generic netlink family that makes texts upper case");
MODULE_LICENSE("GPL");
