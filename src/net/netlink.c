/* SPDX-License-Identifier: MIT */
#include "net/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "net/inventory.h"

struct dump {
	struct inventory *inventory;
	struct error *err;
	int result;
};

static int take_message(const struct nlmsghdr *message, void *data)
{
	struct dump *dump = data;

	dump->result = inventory_parse(dump->inventory, message, message->nlmsg_len, dump->err);
	return dump->result < 0 ? MNL_CB_ERROR : MNL_CB_OK;
}

/* A dump that the kernel marks as interrupted (NLM_F_DUMP_INTR) fails with EINTR: the tables
 * changed under it, and it has to be asked again. */
static int dump_once(struct mnl_socket *socket, uint16_t type, unsigned char family, unsigned seq,
		     struct dump *dump)
{
	size_t size = 32768;
	CLEANUP(cleanup_free) char *buffer = malloc(size);
	unsigned port = mnl_socket_get_portid(socket);
	struct nlmsghdr *request;
	struct rtgenmsg *general;
	ssize_t got;
	int r;

	if (!buffer)
		return -ENOMEM;
	request = mnl_nlmsg_put_header(buffer);
	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = seq;
	/* The kernel wants the type's whole header, of which the family is the first byte. */
	general = mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	general->rtgen_family = family;
	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		got = mnl_socket_recvfrom(socket, buffer, size);
		if (got < 0)
			return -errno;
		r = mnl_cb_run(buffer, (size_t)got, seq, port, take_message, dump);
		if (r < 0)
			return dump->result < 0 ? dump->result : -errno;
	} while (r > MNL_CB_STOP);
	return 0;
}

static int dump_all(struct mnl_socket *socket, struct inventory *inventory, struct error *err)
{
	static const struct {
		uint16_t type;
		unsigned char family;
	} asks[] = {
		{RTM_GETLINK, AF_UNSPEC},
		{RTM_GETADDR, AF_UNSPEC},
		{RTM_GETROUTE, AF_INET6},
	};
	unsigned seq = 0;

	for (size_t i = 0; i < sizeof(asks) / sizeof(*asks); i++) {
		struct dump dump = {.inventory = inventory, .err = err};
		int r = dump_once(socket, asks[i].type, asks[i].family, ++seq, &dump);

		if (r < 0)
			return r;
	}
	return 0;
}

int netlink_inventory(struct inventory *inventory, struct error *err)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int r = -EINTR;

	if (!socket)
		return error_errno(err, -errno, "netlink");
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		r = -errno;
	} else {
		for (int tries = 0; r == -EINTR && tries < 5; tries++) {
			inventory_clear(inventory);
			r = dump_all(socket, inventory, err);
		}
	}
	mnl_socket_close(socket);
	if (r < 0) {
		inventory_clear(inventory);
		return error_errno(err, r, "netlink");
	}
	return 0;
}

/* What the kernel answers where a packet goes nowhere; the last one for a blackhole. */
static bool goes_nowhere(int error)
{
	return error == ENETUNREACH || error == EHOSTUNREACH || error == EACCES || error == EINVAL;
}

static int lookup(struct mnl_socket *socket, struct inventory *answer, const struct in6_addr *dst,
		  int iif, const struct in6_addr *src, struct error *err)
{
	_Alignas(struct nlmsghdr) char buffer[4096];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct dump dump = {.inventory = answer, .err = err};
	struct rtmsg *route;
	ssize_t got;

	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST;
	request->nlmsg_seq = 1;
	route = mnl_nlmsg_put_extra_header(request, sizeof(*route));
	route->rtm_family = AF_INET6;
	route->rtm_dst_len = 128;
	/* Without it, what comes back is made for this packet: no metric, no prefix. */
	route->rtm_flags = RTM_F_FIB_MATCH;
	mnl_attr_put(request, RTA_DST, sizeof(*dst), dst);
	if (src) {
		route->rtm_src_len = 128;
		mnl_attr_put(request, RTA_SRC, sizeof(*src), src);
	}
	if (iif)
		mnl_attr_put_u32(request, RTA_IIF, (uint32_t)iif);
	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -errno;
	got = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
	if (got < 0)
		return -errno;
	if (mnl_cb_run(buffer, (size_t)got, 1, mnl_socket_get_portid(socket), take_message, &dump) <
	    0)
		return dump.result < 0 ? dump.result : goes_nowhere(errno) ? 0 : -errno;
	return 0;
}

int netlink_lookup(struct inventory *answer, const struct in6_addr *dst, int iif,
		   const struct in6_addr *src, struct error *err)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int r;

	if (!socket)
		return error_errno(err, -errno, "netlink");
	r = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0
		    ? -errno
		    : lookup(socket, answer, dst, iif, src, err);
	mnl_socket_close(socket);
	return r < 0 ? error_errno(err, r, "netlink: route") : 0;
}
