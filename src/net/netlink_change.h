/* SPDX-License-Identifier: MIT */
#pragma once

struct address;
struct error;
struct route;

/* Removes, and takes back, what the kernel has of routes, addresses and links (rtnetlink(7)). What
 * isn't there any more is no error. */

/* The route of the main table with exactly this destination, link, gateway, metric and protocol. */
int netlink_delete_route(const struct route *route, struct error *err);

int netlink_delete_address(const struct address *address, struct error *err);

int netlink_delete_link(const char *name, struct error *err);

/* Takes IFF_ALLMULTI off a link, as a program has set it; packet sockets keep theirs. */
int netlink_clear_allmulti(int index, struct error *err);
