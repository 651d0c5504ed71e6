/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/random.h>

#include "base/array.h"
#include "base/error.h"
#include "base/i18n.h"
#include "net/inventory.h"
#include "net/netlink.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/subject.h"
#include "relay/relay.h"
#include "render/wgquick.h"

#define RANDOM_LOOKUPS 6

static struct in6_addr random_host(const struct prefix *prefix)
{
	struct in6_addr addr = prefix->addr;

	if (getrandom(addr.s6_addr + 8, 8, 0) != 8)
		memset(addr.s6_addr + 8, 0xa5, 8);
	return addr;
}

/* The main table's routes to a part of the prefix that lead elsewhere: a lookup at random would
 * hardly ever meet a small one. */
static const struct route *find_narrower(const struct subject *s, const struct prefix *prefix,
					 int tunnel)
{
	for (size_t i = 0; i < s->inventory->route_count; i++) {
		const struct route *route = &s->inventory->routes[i];

		if (route->table == RT_TABLE_MAIN && route->dst.len > prefix->len &&
		    route->index != tunnel && prefix_contains(prefix, &route->dst.addr) &&
		    route->type != RTN_LOCAL && route->type != RTN_ANYCAST &&
		    !(route->dst.len == 128 && route->protocol == RTPROT_KERNEL))
			return route;
	}
	return NULL;
}

/* Any metric of it. */
static bool has_route(const struct subject *s, const struct prefix *prefix, int tunnel)
{
	for (size_t i = 0; i < s->inventory->route_count; i++) {
		const struct route *route = &s->inventory->routes[i];

		if (route->table == RT_TABLE_MAIN && route->index == tunnel &&
		    prefix_equal(&route->dst, prefix))
			return true;
	}
	return false;
}

/* A blackhole or the like in the main table, for the prefix or a part of it, that comes before
 * ours.
 */
static const struct route *find_reject(const struct subject *s, const struct prefix *prefix)
{
	for (size_t i = 0; i < s->inventory->route_count; i++) {
		const struct route *route = &s->inventory->routes[i];

		if (route->table == RT_TABLE_MAIN && route->dst.len >= prefix->len &&
		    prefix_contains(prefix, &route->dst.addr) &&
		    (route->type == RTN_BLACKHOLE || route->type == RTN_UNREACHABLE ||
		     route->type == RTN_PROHIBIT) &&
		    (route->dst.len > prefix->len || route->metric < WGQUICK_ROUTE_METRIC))
			return route;
	}
	return NULL;
}

static const char *reject_word(const struct route *route)
{
	return route->type == RTN_BLACKHOLE  ? "blackhole"
	       : route->type == RTN_PROHIBIT ? "prohibit"
					     : "unreachable";
}

/* route is the one that decides; NULL when there is none. */
static void explain(struct check *check, const struct subject *s, const struct site *site,
		    const struct route *route, int tunnel)
{
	const struct route *reject = route ? NULL : find_reject(s, &site->prefix);

	if (reject) {
		check_cause(check, _("a route of somebody else's wins: %s %s, metric %u"),
			    reject_word(reject), prefix_text(&reject->dst).s,
			    (unsigned)reject->metric);
		check_advise(check, "ip -6 route del %s %s metric %u", reject_word(reject),
			     prefix_text(&reject->dst).s, (unsigned)reject->metric);
	} else if (route && route->dst.len >= site->prefix.len && route->table == RT_TABLE_MAIN) {
		check_cause(check, _("a route of somebody else's wins: %s, metric %u"),
			    prefix_text(&route->dst).s, (unsigned)route->metric);
		check_advise(
			check, "ip -6 route del %s dev %s metric %u", prefix_text(&route->dst).s,
			inventory_link_name(s->inventory, route->index), (unsigned)route->metric);
	} else if (has_route(s, &site->prefix, tunnel)) {
		check_cause(check, _("a rule for routing, or another table, decides before the "
				     "main table does"));
		check_advise(check, "ip -6 rule; ip -6 route show table all");
	} else {
		check_cause(check, _("the route to %s through %s is missing"),
			    prefix_text(&site->prefix).s, s->relay->wg_interface.s);
		check_advise(check, "sixrelay apply");
	}
}

/* As for a packet that the gateway has delivered to the NIC. */
static bool lookup(struct check *check, const struct subject *s, const struct site *site,
		   const struct in6_addr *to, int tunnel)
{
	struct inventory answer = INVENTORY_INIT;
	struct error err = ERROR_INIT;
	const struct route *route = NULL;
	int r = netlink_lookup(&answer, to, s->relay->nic_index, NULL, &err);
	bool good;

	if (r == 0 && answer.route_count)
		route = &answer.routes[0];
	good = route && route->index == tunnel;
	if (!good) {
		check_fail(check, _("a packet to %s goes to %s, not to %s"), ip_text(to).s,
			   inventory_link_name(s->inventory, route ? route->index : 0),
			   s->relay->wg_interface.s);
		explain(check, s, site, route, tunnel);
	}
	inventory_clear(&answer);
	return good;
}

void check_route(struct check *check, struct subject *s, const struct site *site)
{
	const struct link *tunnel = inventory_link(s->inventory, s->relay->wg_interface.s);
	struct in6_addr hosts[RANDOM_LOOKUPS + 3];
	const struct route *narrower;

	if (!tunnel) {
		check_skip(check, _("there is no %s"), s->relay->wg_interface.s);
		return;
	}
	hosts[0] = prefix_host(&site->prefix, 1);
	hosts[1] = prefix_host(&site->prefix, 2);
	hosts[2] = site->prefix.addr;
	memset(hosts[2].s6_addr + 8, 0xff, 8);
	hosts[2].s6_addr[15] = 0xfe;
	for (size_t i = 3; i < ARRAY_SIZE(hosts); i++)
		hosts[i] = random_host(&site->prefix);
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		if (!lookup(check, s, site, &hosts[i], tunnel->index))
			return;
	narrower = find_narrower(s, &site->prefix, tunnel->index);
	if (narrower) {
		check_fail(check, _("packets to %s go to %s, not to %s"),
			   prefix_text(&narrower->dst).s,
			   inventory_link_name(s->inventory, narrower->index), tunnel->name.s);
		explain(check, s, site, narrower, tunnel->index);
		return;
	}
	check_pass(check, _("%s goes to %s: %zu addresses looked up"), prefix_text(&site->prefix).s,
		   tunnel->name.s, ARRAY_SIZE(hosts));
}
