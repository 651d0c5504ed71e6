/* SPDX-License-Identifier: MIT */
#include "apply/kernel_ra.h"

#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "apply/state.h"
#include "apply/state_before.h"
#include "base/ip.h"
#include "net/inventory.h"

/* IP6_RT_PRIO_USER, and ra_defrtr_metric as it is by default (ip-sysctl.rst); prefixes get
 * IP6_RT_PRIO_ADDRCONF (net/ip6_route.h). */
#define METRIC_DEFAULT 1024
/* linux/if_addr.h has it from 5.18 on; an older kernel doesn't tell. */
#define PROTOCOL_RA 2

struct kernel_ra_text kernel_ra_route_text(const struct route *route)
{
	struct kernel_ra_text text;

	snprintf(text.s, sizeof(text.s), "%s via %s metric %u proto %u table %u",
		 prefix_text(&route->dst).s, route->has_gateway ? ip_text(&route->gateway).s : "-",
		 (unsigned)route->metric, (unsigned)route->protocol, (unsigned)route->table);
	return text;
}

struct kernel_ra_text kernel_ra_address_text(const struct address *address)
{
	struct kernel_ra_text text;

	snprintf(text.s, sizeof(text.s), "address %s/%u",
		 address->is_ipv6 ? ip_text(&address->ipv6).s : ip4_text(address->ipv4).s,
		 (unsigned)address->len);
	return text;
}

/* The NIC, when it was somebody else than the kernel who took its advertisements. */
static const struct link *managed_nic(const struct inventory *inventory, const struct state *state)
{
	const char *nic = state_text(state, "nic"), *path, *value;
	char accept_ra[64];

	if (!nic)
		return NULL;
	snprintf(accept_ra, sizeof(accept_ra), "/proc/sys/net/ipv6/conf/%s/accept_ra", nic);
	for (size_t i = 0; state_sysctl(state, i, &path, &value); i++)
		if (!strcmp(path, accept_ra))
			return strcmp(value, "0") != 0 ? NULL : inventory_link(inventory, nic);
	return NULL;
}

static bool is_default(const struct route *route, int index)
{
	return route->dst.len == 0 && route->table == RT_TABLE_MAIN && route->index == index &&
	       route->type == RTN_UNICAST;
}

bool kernel_ra_asks_for(const struct route *route)
{
	return route->table == RT_TABLE_MAIN && route->type == RTN_UNICAST &&
	       (route->dst.len == 0 || route->protocol == RTPROT_KERNEL);
}

static bool was_there(const struct state *state, const struct route *route)
{
	return state_had_route(state, kernel_ra_route_text(route).s);
}

/* A default route that stays: one of before, or one of the network manager's making. */
static bool another_remains(const struct inventory *inventory, const struct state *state,
			    const struct route *except)
{
	for (size_t i = 0; i < inventory->route_count; i++) {
		const struct route *route = &inventory->routes[i];

		if (route != except && is_default(route, except->index) &&
		    (route->metric != except->metric || was_there(state, route)))
			return true;
	}
	return false;
}

static bool had_default(const struct state *state)
{
	const char *route;

	for (size_t i = 0; (route = state_route(state, i)); i++)
		if (!strncmp(route, "::/0 ", 5))
			return true;
	return false;
}

bool kernel_ra_route_is_extra(const struct inventory *inventory, const struct state *state,
			      const struct route *route)
{
	const struct link *nic = managed_nic(inventory, state);

	if (!nic || route->index != nic->index || !kernel_ra_asks_for(route) ||
	    was_there(state, route))
		return false;
	if (is_default(route, nic->index))
		return route->protocol == RTPROT_RA && route->metric == METRIC_DEFAULT &&
		       (another_remains(inventory, state, route) || !had_default(state));
	/* The prefix of an address that somebody gave the NIC doesn't expire. */
	return route->expires;
}

bool kernel_ra_address_is_extra(const struct inventory *inventory, const struct state *state,
				const struct address *address)
{
	const struct link *nic = managed_nic(inventory, state);

	return nic && address->index == nic->index && address->is_ipv6 &&
	       address->protocol == PROTOCOL_RA &&
	       !state_had_route(state, kernel_ra_address_text(address).s);
}
