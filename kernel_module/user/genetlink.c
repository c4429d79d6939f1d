// SPDX-License-Identifier: GPL-2.0-only
/*
 * genetlink - ask a generic netlink family, with nothing but a socket.
 *
 * Idea: a message is a netlink header, a generic netlink header and attributes,
 * each with its length and type, padded to four bytes. The number of a family is
 * given out at run time: the family "nlctrl", which has a fixed number, tells it.
 *
 * Usage:
 *	insmod /genetlink.ko
 *	/genetlink.out upper ahoj
 *	rmmod genetlink
 *
 * Expected:
 *	AHOJ (request 1)
 *
 * Needs: CONFIG_MODULES, CONFIG_MODULE_UNLOAD, CONFIG_NET
 * See: man 7 netlink, include/uapi/linux/genetlink.h, kernel_module/genetlink.c
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../genetlink.h"

#define TEXT_MAX 1000 /* more than the kernel takes, so that one can see it refuse */

struct message {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	char attrs[4096];
};

/* Appends an attribute; those who call it send no more than fits. */
static void put(struct message *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr *attr = (struct nlattr *)((char *)m + NLMSG_ALIGN(m->nl.nlmsg_len));

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy((char *)attr + NLA_HDRLEN, data, len);
	m->nl.nlmsg_len = NLMSG_ALIGN(m->nl.nlmsg_len) + NLA_ALIGN(attr->nla_len);
}

/* Finds an attribute of the type and at least that length, or gives NULL. */
static const void *get(const struct message *m, uint16_t type, size_t len)
{
	const char *at = m->attrs, *end = (const char *)m + m->nl.nlmsg_len;
	struct nlattr attr;

	while (end - at >= NLA_HDRLEN) {
		memcpy(&attr, at, sizeof(attr));
		if (attr.nla_len < NLA_HDRLEN || attr.nla_len > end - at)
			break;
		if (attr.nla_type == type && attr.nla_len >= NLA_HDRLEN + len)
			return at + NLA_HDRLEN;
		at += NLA_ALIGN(attr.nla_len);
	}
	return NULL;
}

static void start(struct message *m, uint16_t family, uint8_t command, uint8_t version)
{
	memset(m, 0, sizeof(*m));
	m->nl.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	m->nl.nlmsg_type = family;
	m->nl.nlmsg_flags = NLM_F_REQUEST;
	m->genl.cmd = command;
	m->genl.version = version;
}

/* Sends m and puts the answer into it. An error is 0, with the kernel's words. */
static int ask(int fd, struct message *m, const char *what)
{
	struct nlmsgerr error;
	const char *text, *rest;
	ssize_t len;

	if (send(fd, m, m->nl.nlmsg_len, 0) < 0)
		goto failed;
	len = recv(fd, m, sizeof(*m), 0);
	if (len < 0)
		goto failed;
	if (!NLMSG_OK(&m->nl, len)) {
		errno = EBADMSG;
		goto failed;
	}
	if (m->nl.nlmsg_type != NLMSG_ERROR)
		return 1;

	memcpy(&error, NLMSG_DATA(&m->nl), sizeof(error));
	fprintf(stderr, "genetlink: %s: %s", what, strerror(-error.error));
	/* With NETLINK_CAP_ACK only the header of the request precedes the rest. */
	rest = (char *)NLMSG_DATA(&m->nl) + sizeof(error);
	memmove(m->attrs, rest, (char *)m + len - rest);
	m->nl.nlmsg_len += sizeof(*m) - sizeof(m->attrs) - NLMSG_HDRLEN - sizeof(error);
	text = get(m, NLMSGERR_ATTR_MSG, 1);
	fprintf(stderr, text ? ": %s\n" : "\n", text);
	return 0;

failed:
	fprintf(stderr, "genetlink: %s: %s\n", what, strerror(errno));
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const char *reply;
	const void *number;
	uint16_t family;
	uint32_t count;
	struct message m;
	int command, fd, one = 1;
	char *end;

	if (argc < 2 || argc > 3 || (argc == 3 && strlen(argv[2]) > TEXT_MAX))
		goto usage;
	command = GENETLINK_CMD_UPPER;
	if (strcmp(argv[1], "upper")) {
		command = strtol(argv[1], &end, 0);
		if (end == argv[1] || *end || command < 0 || command > 255)
			goto usage;
	}

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0 || connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one))) {
		perror("socket");
		return EXIT_FAILURE;
	}

	start(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	put(&m, CTRL_ATTR_FAMILY_NAME, GENETLINK_NAME, sizeof(GENETLINK_NAME));
	if (!ask(fd, &m, "family " GENETLINK_NAME))
		return EXIT_FAILURE;
	number = get(&m, CTRL_ATTR_FAMILY_ID, sizeof(family));
	if (!number) {
		fprintf(stderr, "genetlink: the family has no number\n");
		return EXIT_FAILURE;
	}
	memcpy(&family, number, sizeof(family));

	start(&m, family, command, GENETLINK_VERSION);
	if (argc == 3)
		put(&m, GENETLINK_ATTR_TEXT, argv[2], strlen(argv[2]) + 1);
	if (!ask(fd, &m, argv[1]))
		return EXIT_FAILURE;
	reply = get(&m, GENETLINK_ATTR_TEXT, 1);
	number = get(&m, GENETLINK_ATTR_COUNT, sizeof(count));
	if (!reply || !number) {
		fprintf(stderr, "genetlink: the reply lacks something\n");
		return EXIT_FAILURE;
	}
	memcpy(&count, number, sizeof(count));
	printf("%s (request %u)\n", reply, count);
	return close(fd) ? EXIT_FAILURE : EXIT_SUCCESS;

usage:
	fprintf(stderr, "usage: genetlink.out upper|NUMBER [TEXT]\n"
		"NUMBER is another command; TEXT has up to %d bytes\n", TEXT_MAX);
	return 2;
}
