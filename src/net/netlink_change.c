/* SPDX-License-Identifier: MIT */
#include "net/netlink_change.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "base/error.h"
#include "net/inventory.h"

#define MESSAGE_MAX 1024

static int exchange(struct mnl_socket *socket, struct nlmsghdr *message)
{
	/* The answer repeats the message, behind an error code. */
	char answer[2 * MESSAGE_MAX];
	ssize_t got;

	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	got = mnl_socket_recvfrom(socket, answer, sizeof(answer));
	if (got < 0 || mnl_cb_run(answer, (size_t)got, message->nlmsg_seq,
				  mnl_socket_get_portid(socket), NULL, NULL) < 0)
		return -errno;
	return 0;
}

static int change(struct nlmsghdr *message, struct error *err)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int r;

	if (!socket)
		return error_errno(err, -errno, "netlink");
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	message->nlmsg_seq = 1;
	r = exchange(socket, message);
	mnl_socket_close(socket);
	if (r == -ESRCH || r == -EADDRNOTAVAIL || r == -ENODEV)
		return 0;
	return r < 0 ? error_errno(err, r, "netlink") : 0;
}

int netlink_delete_route(const struct route *route, struct error *err)
{
	char buffer[MESSAGE_MAX];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	message->nlmsg_type = RTM_DELROUTE;
	info->rtm_family = AF_INET6;
	info->rtm_dst_len = route->dst.len;
	info->rtm_table = RT_TABLE_MAIN;
	info->rtm_protocol = route->protocol;
	info->rtm_scope = RT_SCOPE_NOWHERE; /* any */
	mnl_attr_put(message, RTA_DST, sizeof(route->dst.addr), &route->dst.addr);
	mnl_attr_put_u32(message, RTA_OIF, (uint32_t)route->index);
	mnl_attr_put_u32(message, RTA_PRIORITY, route->metric);
	if (route->has_gateway)
		mnl_attr_put(message, RTA_GATEWAY, sizeof(route->gateway), &route->gateway);
	return change(message, err);
}

int netlink_delete_address(const struct address *address, struct error *err)
{
	char buffer[MESSAGE_MAX];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	message->nlmsg_type = RTM_DELADDR;
	info->ifa_family = address->is_ipv6 ? AF_INET6 : AF_INET;
	info->ifa_prefixlen = address->len;
	info->ifa_index = (uint32_t)address->index;
	if (address->is_ipv6)
		mnl_attr_put(message, IFA_LOCAL, sizeof(address->ipv6), &address->ipv6);
	else
		mnl_attr_put(message, IFA_LOCAL, sizeof(address->ipv4), &address->ipv4);
	return change(message, err);
}

int netlink_delete_link(const char *name, struct error *err)
{
	char buffer[MESSAGE_MAX];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	message->nlmsg_type = RTM_DELLINK;
	info->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	return change(message, err);
}

int netlink_clear_allmulti(int index, struct error *err)
{
	char buffer[MESSAGE_MAX];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	message->nlmsg_type = RTM_NEWLINK;
	info->ifi_family = AF_UNSPEC;
	info->ifi_index = index;
	info->ifi_change = IFF_ALLMULTI;
	return change(message, err);
}
