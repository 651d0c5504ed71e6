/* SPDX-License-Identifier: MIT */
/* rtnetlink's messages: the kernel's. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "fuzz.h"
#include "net/inventory.h"

static void check_link(const struct inventory *inventory, const struct link *link)
{
	const struct link *found = NULL;
	struct link_name name;

	FUZZ_ASSERT(!*link->name.s || link_name_parse(&name, link->name.s));
	FUZZ_ASSERT(!*link->name.s || inventory_link(inventory, link->name.s));
	if (link->has_mac && *link->name.s)
		FUZZ_ASSERT(inventory_link_by_mac(inventory, &link->mac, &found) >= 1 && found);
	inventory_link_name(inventory, link->index);
}

static void check_address(const struct inventory *inventory, const struct address *address)
{
	const struct address *global;

	FUZZ_ASSERT(address->len <= (address->is_ipv6 ? 128 : 32));
	if (address->is_ipv6)
		FUZZ_ASSERT(inventory_has_address(inventory, address->index, &address->ipv6));
	global = inventory_global_ipv6(inventory, address->index);
	FUZZ_ASSERT(!global || ip_is_global(&global->ipv6));
	global = inventory_global_ipv4(inventory, address->index);
	FUZZ_ASSERT(!global || !global->is_ipv6);
}

static void check_route(const struct inventory *inventory, const struct route *route)
{
	struct prefix of = prefix_of(&route->dst.addr, route->dst.len);
	const struct route *best = inventory_default_route(inventory, route->index);

	FUZZ_ASSERT(route->dst.len <= 128);
	FUZZ_ASSERT(prefix_equal(&of, &route->dst));
	FUZZ_ASSERT(!best || best->dst.len == 0);
	inventory_route(inventory, &route->dst, route->index, route->metric);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inventory inventory = INVENTORY_INIT;
	CLEANUP(cleanup_free) void *exact = malloc(size ? size : 1);
	struct error err = ERROR_INIT;
	int r;

	FUZZ_ASSERT(exact);
	if (size)
		memcpy(exact, data, size);
	r = inventory_parse(&inventory, exact, size, &err);
	if (r < 0)
		fuzz_check_error(r, &err);
	for (size_t i = 0; i < inventory.link_count; i++)
		check_link(&inventory, &inventory.links[i]);
	for (size_t i = 0; i < inventory.address_count; i++)
		check_address(&inventory, &inventory.addresses[i]);
	for (size_t i = 0; i < inventory.route_count; i++)
		check_route(&inventory, &inventory.routes[i]);
	inventory_clear(&inventory);
	return 0;
}
