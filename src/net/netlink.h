/* SPDX-License-Identifier: MIT */
#pragma once

struct error;
struct in6_addr;
struct inventory;

/* Asks the kernel for its links, addresses and IPv6 routes: three dumps over one socket. */
int netlink_inventory(struct inventory *inventory, struct error *err);

/* Asks the kernel which route a packet to dst takes: one that is forwarded, from src, when it came
 * in through the link iif; else one of this machine's own, src NULL for any. Adds the table's own
 * entry to answer, with its device and metric; nothing, when the packet would go nowhere (no route,
 * or one that is unreachable, prohibited or a blackhole). 0 for both. */
int netlink_lookup(struct inventory *answer, const struct in6_addr *dst, int iif,
		   const struct in6_addr *src, struct error *err);
