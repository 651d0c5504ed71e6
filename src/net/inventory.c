/* SPDX-License-Identifier: MIT */
#include "net/inventory.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"

/* IFA_PROTO, which linux/if_addr.h has from 5.18 on. */
#define ATTRIBUTE_PROTOCOL 11

struct link *inventory_add_link(struct inventory *inventory)
{
	return array_append(&inventory->links, &inventory->link_count, sizeof(*inventory->links));
}

/* A message's attributes by type; of several with one type the last. */
#define ATTRIBUTES_MAX 64
struct attributes {
	const struct nlattr *by_type[ATTRIBUTES_MAX];
};

static int take_attribute(const struct nlattr *attr, void *data)
{
	struct attributes *attributes = data;
	uint16_t type = mnl_attr_get_type(attr);

	if (type < ATTRIBUTES_MAX)
		attributes->by_type[type] = attr;
	return MNL_CB_OK;
}

/* The attribute's value, when it is there and has exactly this size. */
static bool get(const struct attributes *attributes, unsigned type, void *out, size_t size)
{
	const struct nlattr *attr = attributes->by_type[type];

	if (!attr || mnl_attr_get_payload_len(attr) != size)
		return false;
	memcpy(out, mnl_attr_get_payload(attr), size);
	return true;
}

static int parse_link(struct inventory *inventory, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct attributes attributes = {0};
	const struct nlattr *name;
	struct link *link;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return -EBADMSG;
	link = inventory_add_link(inventory);
	if (!link)
		return -ENOMEM;
	mnl_attr_parse(message, sizeof(*info), take_attribute, &attributes);
	link->index = info->ifi_index;
	link->up = (info->ifi_flags & IFF_UP) && (info->ifi_flags & IFF_LOWER_UP);
	get(&attributes, IFLA_MTU, &link->mtu, sizeof(link->mtu));
	link->allmulti = info->ifi_flags & IFF_ALLMULTI;
	link->has_mac = info->ifi_type == ARPHRD_ETHER &&
			get(&attributes, IFLA_ADDRESS, link->mac.bytes, sizeof(link->mac.bytes));
	/* A name that we would not write to a file stays empty, and is not found. */
	name = attributes.by_type[IFLA_IFNAME];
	if (name && mnl_attr_validate(name, MNL_TYPE_NUL_STRING) == 0)
		link_name_parse(&link->name, mnl_attr_get_str(name));
	return 0;
}

static int parse_address(struct inventory *inventory, const struct nlmsghdr *message)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	struct address parsed = {0}, *address;
	struct attributes attributes = {0};
	uint32_t flags;
	size_t size;
	void *value;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return -EBADMSG;
	if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6)
		return 0;
	if (info->ifa_prefixlen > (info->ifa_family == AF_INET6 ? 128 : 32))
		return -EBADMSG;
	mnl_attr_parse(message, sizeof(*info), take_attribute, &attributes);
	parsed.index = (int)info->ifa_index;
	parsed.is_ipv6 = info->ifa_family == AF_INET6;
	parsed.len = info->ifa_prefixlen;
	parsed.scope = info->ifa_scope;
	value = parsed.is_ipv6 ? (void *)&parsed.ipv6 : (void *)&parsed.ipv4;
	size = parsed.is_ipv6 ? sizeof(parsed.ipv6) : sizeof(parsed.ipv4);
	/* IFA_LOCAL is our end where IFA_ADDRESS is the peer's. */
	if (!get(&attributes, IFA_LOCAL, value, size) &&
	    !get(&attributes, IFA_ADDRESS, value, size))
		return 0;
	flags = info->ifa_flags;
	get(&attributes, IFA_FLAGS, &flags, sizeof(flags));
	parsed.temporary = flags & IFA_F_TEMPORARY && parsed.is_ipv6;
	parsed.tentative = flags & IFA_F_TENTATIVE;
	parsed.deprecated = flags & IFA_F_DEPRECATED;
	get(&attributes, ATTRIBUTE_PROTOCOL, &parsed.protocol, sizeof(parsed.protocol));
	address = array_append(&inventory->addresses, &inventory->address_count, sizeof(*address));
	if (!address)
		return -ENOMEM;
	*address = parsed;
	return 0;
}

static int add_route(struct inventory *inventory, const struct route *parsed)
{
	struct route *route =
		array_append(&inventory->routes, &inventory->route_count, sizeof(*parsed));

	if (!route)
		return -ENOMEM;
	*route = *parsed;
	return 0;
}

/* A route with several next hops is as many routes. */
static int add_multipath(struct inventory *inventory, const struct route *parsed,
			 const struct nlattr *attr)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attr);
	size_t left = mnl_attr_get_payload_len(attr);
	int r = 0;

	while (r == 0 && left >= sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) &&
	       hop->rtnh_len <= left) {
		struct attributes attributes = {0};
		struct route route = *parsed;
		size_t step = (hop->rtnh_len + RTNH_ALIGNTO - 1u) & ~(RTNH_ALIGNTO - 1u);

		mnl_attr_parse_payload(hop + 1, hop->rtnh_len - sizeof(*hop), take_attribute,
				       &attributes);
		route.index = hop->rtnh_ifindex;
		route.has_gateway =
			get(&attributes, RTA_GATEWAY, &route.gateway, sizeof(route.gateway));
		r = add_route(inventory, &route);
		left -= step < left ? step : left;
		hop = (const struct rtnexthop *)((const char *)hop + step);
	}
	return r;
}

static int parse_route(struct inventory *inventory, const struct nlmsghdr *message)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct attributes attributes = {0};
	struct rta_cacheinfo cache = {0};
	struct route route = {0};

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return -EBADMSG;
	if (info->rtm_family != AF_INET6 || info->rtm_flags & RTM_F_CLONED)
		return 0;
	if (info->rtm_dst_len > 128)
		return -EBADMSG;
	mnl_attr_parse(message, sizeof(*info), take_attribute, &attributes);
	route.table = info->rtm_table;
	route.protocol = info->rtm_protocol;
	route.type = info->rtm_type;
	get(&attributes, RTA_DST, &route.dst.addr, sizeof(route.dst.addr));
	route.dst = prefix_of(&route.dst.addr, info->rtm_dst_len);
	get(&attributes, RTA_OIF, &route.index, sizeof(route.index));
	get(&attributes, RTA_PRIORITY, &route.metric, sizeof(route.metric));
	get(&attributes, RTA_TABLE, &route.table, sizeof(route.table));
	get(&attributes, RTA_CACHEINFO, &cache, sizeof(cache));
	route.expires = cache.rta_expires != 0;
	route.has_gateway = get(&attributes, RTA_GATEWAY, &route.gateway, sizeof(route.gateway));
	if (attributes.by_type[RTA_MULTIPATH])
		return add_multipath(inventory, &route, attributes.by_type[RTA_MULTIPATH]);
	return add_route(inventory, &route);
}

/* libmnl takes a length of 2 GiB and more for a negative, hence a fitting one; and it looks for
 * attributes up to where the next message would begin. */
static bool is_whole(const struct nlmsghdr *message, int left)
{
	return left >= (int)sizeof(*message) && message->nlmsg_len <= (uint32_t)left &&
	       (message->nlmsg_len + MNL_ALIGNTO - 1) / MNL_ALIGNTO * MNL_ALIGNTO <=
		       (uint32_t)left &&
	       mnl_nlmsg_ok(message, left);
}

int inventory_parse(struct inventory *inventory, const void *bytes, size_t len, struct error *err)
{
	const struct nlmsghdr *message = bytes;
	int left = (int)len, r = 0;

	while (r == 0 && is_whole(message, left)) {
		switch (message->nlmsg_type) {
		case RTM_NEWLINK:
			r = parse_link(inventory, message);
			break;
		case RTM_NEWADDR:
			r = parse_address(inventory, message);
			break;
		case RTM_NEWROUTE:
			r = parse_route(inventory, message);
			break;
		}
		message = mnl_nlmsg_next(message, &left);
	}
	if (r == 0 && left > 0)
		r = -EBADMSG;
	return r < 0 ? error_errno(err, r, "netlink") : 0;
}

void inventory_clear(struct inventory *inventory)
{
	free(inventory->links);
	free(inventory->addresses);
	free(inventory->routes);
	*inventory = INVENTORY_INIT;
}

const struct link *inventory_link(const struct inventory *inventory, const char *name)
{
	for (size_t i = 0; i < inventory->link_count; i++)
		if (*name && !strcmp(inventory->links[i].name.s, name))
			return &inventory->links[i];
	return NULL;
}

const char *inventory_link_name(const struct inventory *inventory, int index)
{
	for (size_t i = 0; i < inventory->link_count; i++)
		if (inventory->links[i].index == index)
			return inventory->links[i].name.s;
	return index ? "?" : "nowhere";
}

size_t inventory_link_by_mac(const struct inventory *inventory, const struct mac *mac,
			     const struct link **link)
{
	size_t count = 0;

	for (size_t i = 0; i < inventory->link_count; i++) {
		const struct link *candidate = &inventory->links[i];

		if (candidate->has_mac && *candidate->name.s && mac_equal(&candidate->mac, mac) &&
		    count++ == 0)
			*link = candidate;
	}
	return count;
}

const struct route *inventory_default_route(const struct inventory *inventory, int index)
{
	const struct route *best = NULL;

	for (size_t i = 0; i < inventory->route_count; i++) {
		const struct route *route = &inventory->routes[i];

		if (route->dst.len == 0 && route->table == RT_TABLE_MAIN && route->index == index &&
		    route->type == RTN_UNICAST && (!best || route->metric < best->metric))
			best = route;
	}
	return best;
}

const struct route *inventory_route(const struct inventory *inventory, const struct prefix *dst,
				    int index, uint32_t metric)
{
	for (size_t i = 0; i < inventory->route_count; i++) {
		const struct route *route = &inventory->routes[i];

		if (route->table == RT_TABLE_MAIN && route->index == index &&
		    route->metric == metric && prefix_equal(&route->dst, dst))
			return route;
	}
	return NULL;
}

bool inventory_has_address(const struct inventory *inventory, int index,
			   const struct in6_addr *addr)
{
	for (size_t i = 0; i < inventory->address_count; i++) {
		const struct address *address = &inventory->addresses[i];

		if (address->is_ipv6 && address->index == index &&
		    IN6_ARE_ADDR_EQUAL(&address->ipv6, addr))
			return true;
	}
	return false;
}

static const struct address *global_address(const struct inventory *inventory, int index,
					    bool is_ipv6)
{
	for (size_t i = 0; i < inventory->address_count; i++) {
		const struct address *address = &inventory->addresses[i];

		if (address->index == index && address->is_ipv6 == is_ipv6 &&
		    address->scope == RT_SCOPE_UNIVERSE && !address->temporary &&
		    !address->deprecated && (!is_ipv6 || ip_is_global(&address->ipv6)))
			return address;
	}
	return NULL;
}

const struct address *inventory_global_ipv6(const struct inventory *inventory, int index)
{
	return global_address(inventory, index, true);
}

const struct address *inventory_global_ipv4(const struct inventory *inventory, int index)
{
	return global_address(inventory, index, false);
}
