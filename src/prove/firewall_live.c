/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "apply/machine.h"
#include "base/error.h"
#include "base/i18n.h"
#include "firewall/firewall.h"
#include "net/inventory.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/firewall_check.h"
#include "prove/firewall_words.h"
#include "prove/subject.h"
#include "relay/relay.h"

void subject_clear(struct subject *s)
{
	if (s->firewall)
		firewall_clear(s->firewall);
	free(s->firewall);
	s->firewall = NULL;
}

/* Read by the first check that asks; check says why it can't be. */
static bool has_firewall(struct check *check, struct subject *s)
{
	struct error err = ERROR_INIT;
	int r = -ENOMEM;

	if (s->firewall)
		return true;
	s->firewall = calloc(1, sizeof(*s->firewall));
	if (s->firewall)
		r = firewall_read(s->firewall, s->root, &err);
	if (r == 0)
		return true;
	subject_clear(s);
	check_skip(check, "%s", err.text);
	return false;
}

/* An apply that leaves UFW alone is no help. */
static void advise_by_hand(struct check *check, const struct subject *s)
{
	if (check->result == CHECK_FAIL && !s->relay->manage_ufw &&
	    !strcmp(check->advice, "sixrelay apply"))
		check_advise(
			check,
			"ufw allow %u/udp; ufw route allow in on %s; ufw route allow out on %s",
			(unsigned)s->relay->listen_port, s->relay->wg_interface.s,
			s->relay->wg_interface.s);
}

void check_port(struct check *check, struct subject *s, const struct site *site)
{
	const struct ufw_facts ufw = {
		.has_rules = s->machine->ufw_enabled && s->machine->ufw_have[UFW_LISTEN_PORT],
	};

	(void)site;
	if (has_firewall(check, s))
		check_firewall_port(check, s->firewall, s->relay->nic.s, s->relay->listen_port,
				    &ufw);
	advise_by_hand(check, s);
}

static bool has_no_ipv6(const struct machine *machine)
{
	return machine->ufw_enabled && machine->ufw_no_ipv6;
}

/* The first site that has its /64, or NULL. */
static const struct site *first_site(const struct relay *relay)
{
	for (size_t i = 0; i < relay->site_count; i++)
		if (relay->sites[i].state != SITE_WAITING)
			return &relay->sites[i];
	return NULL;
}

void check_icmpv6(struct check *check, struct subject *s, const struct site *site)
{
	const struct site *first = first_site(s->relay);
	const struct address *global = inventory_global_ipv6(s->inventory, s->relay->nic_index);
	const struct route *route = inventory_default_route(s->inventory, s->relay->nic_index);
	/* UFW's before6.rules have it all. */
	const struct ufw_facts ufw = {
		.has_rules = s->machine->ufw_enabled,
		.no_ipv6 = has_no_ipv6(s->machine),
	};
	struct icmpv6_ways ways = {
		.nic = s->relay->nic.s,
		.wg = s->relay->wg_interface.s,
		/* networkd takes them through a socket, which is behind INPUT as well */
		.advertised = !route || route->protocol == RTPROT_RA,
		.vps = s->relay->vps_transit,
		.global = {.kind = END_OURS},
		.lan = first ? &first->prefix : NULL,
	};

	(void)site;
	if (route && route->has_gateway && IN6_IS_ADDR_LINKLOCAL(&route->gateway))
		ways.gateway = route->gateway;
	else
		inet_pton(AF_INET6, "fe80::1", &ways.gateway);
	inet_pton(AF_INET6, "fe80::2", &ways.own);
	for (size_t i = 0; i < s->inventory->address_count; i++) {
		const struct address *address = &s->inventory->addresses[i];

		if (address->index == s->relay->nic_index && address->is_ipv6 &&
		    IN6_IS_ADDR_LINKLOCAL(&address->ipv6))
			ways.own = address->ipv6;
	}
	if (global)
		ways.global = (struct flow_end){END_GIVEN, global->ipv6};
	if (first)
		ways.router = first->router_transit;
	if (has_firewall(check, s))
		check_firewall_icmpv6(check, s->firewall, &ways, &ufw);
}

void check_forward(struct check *check, struct subject *s, const struct site *site)
{
	const struct site *first = first_site(s->relay);
	const struct ufw_facts ufw = {
		.has_rules = s->machine->ufw_enabled && s->machine->ufw_have[UFW_ROUTE_IN] &&
			     s->machine->ufw_have[UFW_ROUTE_OUT],
		.no_ipv6 = has_no_ipv6(s->machine),
	};

	(void)site;
	if (has_firewall(check, s))
		check_firewall_forward(check, s->firewall, s->relay->nic.s,
				       s->relay->wg_interface.s, first ? &first->prefix : NULL,
				       &ufw);
	advise_by_hand(check, s);
}
