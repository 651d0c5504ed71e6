/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "base/array.h"
#include "base/i18n.h"
#include "base/ip.h"
#include "firewall/firewall.h"
#include "prove/firewall_check.h"
#include "prove/firewall_words.h"

/* What a firewall must let pass, RFC 4890, section 4.4.1, as far as the relay needs it. */

static struct flow_end given(const struct in6_addr *addr)
{
	return (struct flow_end){.kind = END_GIVEN, .addr = *addr};
}

/* The group where an address is asked for: RFC 4291, section 2.7.1. */
static struct flow_end asked_at(const struct in6_addr *addr)
{
	struct flow_end end = {.kind = END_GIVEN};

	address_prefix("ff02::1:ff00:0", 128, &end.addr, &end.addr);
	for (size_t i = 13; i < sizeof(end.addr.s6_addr); i++)
		end.addr.s6_addr[i] = addr->s6_addr[i];
	return end;
}

static struct flow_end all_nodes(void)
{
	struct flow_end end = {.kind = END_GIVEN};

	address_prefix("ff02::1", 128, &end.addr, &end.addr);
	return end;
}

/* What the packets are called, for people. */
static const char *name_of(const struct flow *flow)
{
	switch (flow_icmp_type(flow)) {
	case ICMPV6_TOO_BIG:
		return _("ICMPv6 packet too big");
	case ICMPV6_ECHO_REQUEST:
		return _("ICMPv6 echo requests");
	case ICMPV6_ECHO_REPLY:
		return _("ICMPv6 echo replies");
	case ICMPV6_ROUTER_ADVERTISEMENT:
		return _("ICMPv6 router advertisements");
	case ICMPV6_SOLICITATION:
		return _("ICMPv6 neighbour solicitations");
	default:
		return _("ICMPv6 neighbour advertisements");
	}
}

static const char *cause_of(const struct flow *flow)
{
	switch (flow_icmp_type(flow)) {
	case ICMPV6_TOO_BIG:
		return _("without it, connections stall as soon as a packet is too big for the "
			 "way");
	case ICMPV6_ECHO_REQUEST:
	case ICMPV6_ECHO_REPLY:
		return _("no ping of this machine's is answered, so that nothing can be proved; "
			 "devices at home may not notice");
	case ICMPV6_ROUTER_ADVERTISEMENT:
		return _("the default route comes with them, and ends when none comes any more");
	default:
		return _("without neighbour discovery there is no IPv6 at all: a firewall must let "
			 "it pass (RFC 4890)");
	}
}

static void describe(char *what, size_t size, const struct flow *flow)
{
	switch (flow->path) {
	case FLOW_INPUT:
		snprintf(what, size, _("%s in on %s"), name_of(flow), flow->in);
		break;
	case FLOW_OUTPUT:
		snprintf(what, size, _("%s out on %s"), name_of(flow), flow->out);
		break;
	case FLOW_FORWARD:
		snprintf(what, size, _("%s from %s to %s"), name_of(flow), flow->in, flow->out);
		break;
	}
}

void check_firewall_icmpv6(struct check *check, const struct firewall *fw,
			   const struct icmpv6_ways *ways, const struct ufw_facts *ufw)
{
	static const struct wanted_rule wanted = {"-p icmpv6 -j ACCEPT",
						  "meta l4proto icmpv6 accept"};
	const struct flow_end stranger = {.kind = END_STRANGER}, global = ways->global;
	const struct flow_end router = given(&ways->router), vps = given(&ways->vps);
	const struct flow_end home = firewall_at_home(ways->lan);
	const struct flow_end gateway = given(&ways->gateway), own = given(&ways->own);
	const char *nic = ways->nic, *wg = ways->wg;
	const struct {
		enum flow_path path;
		const char *in, *out;
		uint8_t type;
		bool established, related;
		struct flow_end source, destination;
	} packets[] = {
		{FLOW_INPUT, nic, "", ICMPV6_ADVERTISEMENT, false, false, gateway, own},
		{FLOW_INPUT, nic, "", ICMPV6_SOLICITATION, false, false, gateway,
		 asked_at(&ways->own)},
		{FLOW_OUTPUT, "", nic, ICMPV6_SOLICITATION, false, false, own,
		 asked_at(&ways->gateway)},
		/* ndppd's answers, too, are sent through a socket of this machine */
		{FLOW_OUTPUT, "", nic, ICMPV6_ADVERTISEMENT, false, false, own, gateway},
		{FLOW_INPUT, nic, "", ICMPV6_ROUTER_ADVERTISEMENT, false, false, gateway,
		 all_nodes()},
		{FLOW_INPUT, nic, "", ICMPV6_TOO_BIG, false, true, stranger, global},
		{FLOW_OUTPUT, "", nic, ICMPV6_ECHO_REQUEST, false, false, home, stranger},
		{FLOW_INPUT, nic, "", ICMPV6_ECHO_REPLY, true, false, stranger, global},
		{FLOW_OUTPUT, "", wg, ICMPV6_ECHO_REQUEST, false, false, vps, router},
		{FLOW_INPUT, wg, "", ICMPV6_ECHO_REPLY, true, false, router, vps},
		{FLOW_OUTPUT, "", wg, ICMPV6_ECHO_REQUEST, false, false, global, home},
		{FLOW_INPUT, wg, "", ICMPV6_ECHO_REPLY, true, false, home, global},
	};
	enum verdict worst = VERDICT_ACCEPT;
	struct why why = {0}, here;
	char what[96], seen[96];

	snprintf(seen, sizeof(seen), _("ICMPv6 on %s and %s"), nic, wg);
	for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
		const struct flow flow = {
			.family = AF_INET6,
			.path = packets[i].path,
			.in = packets[i].in,
			.out = packets[i].out,
			.protocol = IPPROTO_ICMPV6,
			.icmp_type = packets[i].type,
			.established = packets[i].established,
			.related = packets[i].related,
			.source = packets[i].source,
			.destination = packets[i].destination,
		};
		enum verdict verdict;

		if (packets[i].type == ICMPV6_ROUTER_ADVERTISEMENT && !ways->advertised)
			continue;
		verdict = firewall_judge(fw, &flow, &here);
		describe(what, sizeof(what), &flow);
		if (verdict == VERDICT_DROP) {
			firewall_dropped(check, what, &here, ufw, &wanted, cause_of(&flow));
			return;
		}
		if (i == 0 || verdict > worst)
			why = here;
		if (verdict > worst) {
			worst = verdict;
			snprintf(seen, sizeof(seen), "%s", what);
		}
	}
	if (worst == VERDICT_UNKNOWN)
		firewall_unclear(check, seen, &why);
	else
		firewall_accepted(check, seen, &why);
}
