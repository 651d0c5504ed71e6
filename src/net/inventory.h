/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/link_name.h"

struct error;

/* What the kernel has of links, addresses and IPv6 routes (rtnetlink(7)). Pure: bytes in, arrays
 * out. */

struct link {
	int index;
	struct link_name name;
	bool has_mac;
	struct mac mac;
	bool up;       /* IFF_UP and IFF_LOWER_UP */
	unsigned mtu;  /* 0: not known */
	bool allmulti; /* IFF_ALLMULTI as a program asked for it; not for a packet socket */
};

struct address {
	int index; /* of the link */
	bool is_ipv6;
	struct in6_addr ipv6;
	struct in_addr ipv4;
	uint8_t len;
	uint8_t scope; /* RT_SCOPE_UNIVERSE is global */
	bool temporary, tentative, deprecated;
	uint8_t protocol; /* IFAPROT_…: who made it, for kernels that tell */
};

struct route {
	struct prefix dst;
	int index; /* of the link; 0: none (unreachable, blackhole) */
	bool has_gateway;
	struct in6_addr gateway;
	uint32_t metric;
	uint32_t table;
	uint8_t protocol; /* RTPROT_RA, RTPROT_KERNEL, … */
	uint8_t type;	  /* RTN_UNICAST, … */
	bool expires;	  /* has a lifetime */
};

struct inventory {
	struct link *links;
	struct address *addresses;
	struct route *routes;
	size_t link_count, address_count, route_count;
};

#define INVENTORY_INIT ((struct inventory){0})

/* Adds what a run of netlink messages tells: RTM_NEWLINK, RTM_NEWADDR and RTM_NEWROUTE; others are
 * passed over. -EBADMSG when a message is cut short, or has a length that no prefix has. */
int inventory_parse(struct inventory *inventory, const void *bytes, size_t len, struct error *err);

/* One more link, all zero, to be filled in; NULL when memory is out. */
struct link *inventory_add_link(struct inventory *inventory);

void inventory_clear(struct inventory *inventory);

/* NULL when there is none. */
const struct link *inventory_link(const struct inventory *inventory, const char *name);

/* The name of the link with this index: "?" when there is none, "nowhere" for 0. */
const char *inventory_link_name(const struct inventory *inventory, int index);

/* How many links have this address; *link is set to the first. */
size_t inventory_link_by_mac(const struct inventory *inventory, const struct mac *mac,
			     const struct link **link);

/* The main table's default route through the link with the lowest metric, or NULL. */
const struct route *inventory_default_route(const struct inventory *inventory, int index);

/* The main table's route to exactly this prefix through the link; NULL when there is none. */
const struct route *inventory_route(const struct inventory *inventory, const struct prefix *dst,
				    int index, uint32_t metric);

bool inventory_has_address(const struct inventory *inventory, int index,
			   const struct in6_addr *addr);

/* The link's first global address of the family; NULL when there is none. */
const struct address *inventory_global_ipv6(const struct inventory *inventory, int index);
const struct address *inventory_global_ipv4(const struct inventory *inventory, int index);
