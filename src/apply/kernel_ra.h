/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct address;
struct inventory;
struct route;
struct state;

/* What the kernel takes from router advertisements beside a network manager, when accept_ra is 2 on
 * the NIC for a moment (at boot, between sysctl.d and networkd): a default route, a route to the
 * prefix, perhaps an address. They stay when the sysctl is put back. Pure. */

/* A route or address as it is remembered: by all that tells it from others. */
struct kernel_ra_text {
	char s[160];
};
struct kernel_ra_text kernel_ra_route_text(const struct route *route);
struct kernel_ra_text kernel_ra_address_text(const struct address *address);

/* Whether what was there before is asked for this route at all. A router may have a hundred
 * thousand others, none of which has to be remembered. */
bool kernel_ra_asks_for(const struct route *route);

/* Whether this is such a one, that was not there before the first apply (as the state remembers)
 * and can go: the NIC's last default route can't, unless it had none before. False for all when the
 * kernel took advertisements on the NIC before already. */
bool kernel_ra_route_is_extra(const struct inventory *inventory, const struct state *state,
			      const struct route *route);
bool kernel_ra_address_is_extra(const struct inventory *inventory, const struct state *state,
				const struct address *address);
