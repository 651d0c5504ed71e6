/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
struct error;
struct inventory;

/* Asks the kernel for its links, addresses and IPv6 routes: three dumps over one socket. */
int netlink_lookup(struct inventory *answer, const struct in6_addr *dst, int iif, const struct in6_addr *src, struct error *err);
int netlink_inventory(struct inventory *inventory, struct error *err);
