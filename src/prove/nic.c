/* SPDX-License-Identifier: MIT */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "apply/machine.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/i18n.h"
#include "net/inventory.h"
#include "net/netlink.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/subject.h"
#include "relay/relay.h"

#define SYSCTL_MAX 64
/* Of a public resolver: no packet is sent to it, only the way to it is asked for. */
#define PUBLIC_HOST                                                                                \
	((struct in6_addr){.s6_addr = {0x20, 0x01, 0x48, 0x60, 0x48, 0x60, [14] = 0x88, 0x88}})

static const struct address *address_in(const struct subject *s, const struct prefix *prefix)
{
	for (size_t i = 0; i < s->inventory->address_count; i++) {
		const struct address *address = &s->inventory->addresses[i];

		if (address->is_ipv6 && address->index == s->relay->nic_index &&
		    !address->tentative && prefix_contains(prefix, &address->ipv6) &&
		    !IN6_ARE_ADDR_EQUAL(&address->ipv6, &prefix->addr))
			return address;
	}
	return NULL;
}

static char sysctl_of(const struct subject *s, const char *name, const char *key)
{
	CLEANUP(buf_clear) struct buf value = BUF_INIT;
	char path[80];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", name, key);
	return file_read(s->root, path, SYSCTL_MAX, &value, NULL, NULL) == 0 ? *buf_str(&value)
									     : '\0';
}

static void no_address(struct check *check, const struct subject *s)
{
	const char *nic = s->relay->nic.s;

	if (sysctl_of(s, nic, "disable_ipv6") == '1') {
		check_cause(check, _("IPv6 is disabled on it: net.ipv6.conf.%s.disable_ipv6 = 1"),
			    nic);
		check_advise(check,
			     "sysctl net.ipv6.conf.%s.disable_ipv6=0; networkctl "
			     "reconfigure %s",
			     nic, nic);
	} else {
		check_cause(check, _("router advertisements are not accepted, or none comes"));
		check_advise(check, "networkctl status %s; sysctl net.ipv6.conf.%s.accept_ra", nic,
			     nic);
	}
}

void check_nic(struct check *check, struct subject *s, const struct site *site)
{
	const struct link *link = inventory_link(s->inventory, s->relay->nic.s);
	const struct address *address =
		s->relay->has_original ? address_in(s, &s->relay->original) : NULL;

	(void)site;
	if (!link || !link->up) {
		check_fail(check, link ? _("%s is down") : _("there is no %s"), s->relay->nic.s);
		check_cause(check, _("taken down by hand, or a network manager gave it up"));
		check_advise(check, "ip link set %s up; networkctl status %s", s->relay->nic.s,
			     s->relay->nic.s);
	} else if (!s->relay->has_original) {
		check_fail(check, _("%s is up, but the instance has no IPv6 prefix of its own"),
			   link->name.s);
		check_cause(check, _("IPv6 is disabled for this instance"));
		check_advise(check, _("Vultr's panel: the instance, Settings, IPv6: enable it"));
	} else if (!address) {
		check_fail(check, _("%s is up, without an address of %s"), link->name.s,
			   prefix_text(&s->relay->original).s);
		no_address(check, s);
	} else {
		check_pass(check, _("%s is up, %s"), link->name.s, ip_text(&address->ipv6).s);
	}
}

static void no_default_route(struct check *check, const struct subject *s)
{
	check_fail(check, _("there is no IPv6 default route through %s"), s->relay->nic.s);
	if (s->machine->sysctl[0] == '2')
		check_cause(check, _("no router advertisement has come for long; or somebody "
				     "deleted the route"));
	else if (s->machine->sysctl[0] == '1')
		check_cause(check, _("with forwarding on, the kernel takes router advertisements "
				     "only with accept_ra=2; it is 1"));
	else
		check_cause(check, _("the kernel leaves router advertisements to a network manager "
				     "(accept_ra=0), which has had none, or gave it up"));
	check_advise(check, "networkctl reconfigure %s; sixrelay apply", s->relay->nic.s);
}

/* Whether the LAN's packets to the internet leave by the NIC, whatever route or rule decides. */
static bool leaves_by_nic(struct check *check, const struct subject *s)
{
	const struct link *tunnel = inventory_link(s->inventory, s->relay->wg_interface.s);
	struct inventory answer = INVENTORY_INIT;
	struct in6_addr to = PUBLIC_HOST, from;
	int index = s->relay->nic_index;

	for (size_t i = 0; tunnel && i < s->relay->site_count; i++) {
		if (s->relay->sites[i].state == SITE_WAITING)
			continue;
		from = prefix_host(&s->relay->sites[i].prefix, 2);
		if (netlink_lookup(&answer, &to, tunnel->index, &from, NULL) == 0)
			index = answer.route_count ? answer.routes[0].index : 0;
		inventory_clear(&answer);
		if (index != s->relay->nic_index)
			break;
	}
	if (index == s->relay->nic_index)
		return true;
	check_fail(check, _("the LAN's packets to the internet go to %s, not to %s"),
		   inventory_link_name(s->inventory, index), s->relay->nic.s);
	check_cause(check, _("a default route, or a rule, of another program wins: another VPN"));
	check_advise(check, "ip -6 route show default; ip -6 rule");
	return false;
}

/* Whether nobody takes the advertisements that would renew the route: as a router the kernel does
 * so with accept_ra=2 alone (ip-sysctl.rst). */
static bool is_forsaken(const struct subject *s)
{
	char accept_ra = s->machine->sysctl[0];

	return !s->machine->nic_managed &&
	       (accept_ra == '0' ||
		(accept_ra == '1' && sysctl_of(s, s->relay->nic.s, "forwarding") != '0'));
}

void check_default_route(struct check *check, struct subject *s, const struct site *site)
{
	const struct route *route = inventory_default_route(s->inventory, s->relay->nic_index);
	char accept_ra = s->machine->sysctl[0];

	(void)site;
	if (!route) {
		no_default_route(check, s);
	} else if (!leaves_by_nic(check, s)) {
		return;
	} else if (route->protocol != RTPROT_RA) {
		check_pass(check, _("via %s, static"),
			   route->has_gateway ? ip_text(&route->gateway).s : s->relay->nic.s);
	} else if (is_forsaken(s)) {
		check_fail(check, _("via %s, by RA, and nobody keeps it alive: accept_ra=%c"),
			   ip_text(&route->gateway).s, accept_ra);
		check_cause(check, _("with forwarding on, the kernel takes further router "
				     "advertisements only with accept_ra=2, and no network manager "
				     "does: the route ends with its lifetime"));
		check_advise(check, "sixrelay apply");
	} else {
		check_pass(check,
			   s->machine->nic_managed ? _("via %s, by RA, kept by the network manager")
						   : _("via %s, by RA, kept by the kernel"),
			   ip_text(&route->gateway).s);
	}
}

/* IPv6 forwards where "all" says so; an interface's own value only tells whether it is a host there
 * (ip-sysctl.rst). */
void check_forwarding(struct check *check, struct subject *s, const struct site *site)
{
	(void)site;
	if (sysctl_of(s, "all", "forwarding") == '1') {
		check_pass(check, "net.ipv6.conf.all.forwarding = 1");
	} else {
		check_fail(check, "net.ipv6.conf.all.forwarding = 0");
		check_cause(check,
			    _("another program, or a later file of sysctl.d, turned it off"));
		check_advise(check, _("sixrelay apply; if it comes back: grep -r forwarding "
				      "/etc/sysctl.d /etc/sysctl.conf /usr/lib/sysctl.d"));
	}
}
