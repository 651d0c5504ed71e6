/* SPDX-License-Identifier: MIT */
#include "prove/firewall_check.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/i18n.h"
#include "base/ip.h"
#include "firewall/firewall.h"
#include "prove/check.h"
#include "prove/firewall_words.h"

#define HTTPS 443

/* WireGuard's port, from a stranger over IPv4. */
static struct flow to_port(const char *nic, uint16_t port)
{
	return (struct flow){
		.family = AF_INET,
		.path = FLOW_INPUT,
		.in = nic,
		.out = "",
		.protocol = IPPROTO_UDP,
		.port = port,
		.source = {.kind = END_STRANGER},
		.destination = {.kind = END_OURS},
	};
}

static struct wanted_rule port_rule(uint16_t port)
{
	struct wanted_rule wanted;

	snprintf(wanted.iptables, sizeof(wanted.iptables), "-p udp --dport %u -j ACCEPT",
		 (unsigned)port);
	snprintf(wanted.nft, sizeof(wanted.nft), "udp dport %u accept", (unsigned)port);
	return wanted;
}

bool firewall_drops_caller(const struct firewall *fw, const char *nic, uint16_t port,
			   const struct caller *caller, struct why *why)
{
	struct flow flow = to_port(nic, port);
	struct in6_addr unused;

	flow.source.kind = END_GIVEN;
	address_range(ip4_text(caller->addr).s, &flow.source.addr, &unused);
	flow.source_port = caller->port;
	return firewall_judge(fw, &flow, why) == VERDICT_DROP;
}

void firewall_blame_ban(struct check *check, const struct caller *caller, const struct why *why,
			uint16_t port)
{
	static const struct ufw_facts ufw = {.has_rules = true};
	struct wanted_rule wanted = port_rule(port);
	struct ip_text ip = ip4_text(caller->addr);

	check_fail(check,
		   _("the router asks for a handshake, and this machine's firewall drops it: %s "
		     "(%s)"),
		   why->rule, why->table);
	check_cause(check, _("a rule about its address, %s, which others don't meet: it is banned"),
		    ip.s);
	if (!strncmp(why->chain, "f2b-", 4))
		check_advise(check, "fail2ban-client unban %s", ip.s);
	else
		firewall_advise(check, why, &ufw, &wanted);
}

void check_firewall_port(struct check *check, const struct firewall *fw, const char *nic,
			 uint16_t port, const struct ufw_facts *ufw)
{
	struct flow flow = to_port(nic, port);
	struct wanted_rule wanted = port_rule(port);
	struct why why, why6;
	char what[64];

	snprintf(what, sizeof(what), _("UDP %u in on %s"), (unsigned)port, nic);
	switch (firewall_judge(fw, &flow, &why)) {
	case VERDICT_ACCEPT:
		firewall_accepted(check, what, &why);
		flow.family = AF_INET6;
		if (firewall_judge(fw, &flow, &why6) == VERDICT_DROP)
			check_pass(check, _("%s: accepted over IPv4; over IPv6 dropped by %s (%s)"),
				   what, why6.rule, why6.table);
		break;
	case VERDICT_UNKNOWN:
		firewall_unclear(check, what, &why);
		break;
	case VERDICT_DROP:
		firewall_dropped(check, what, &why, ufw, &wanted, NULL);
		break;
	}
}

/* What a device at home may send or get. ICMPv6 alone says little: UFW lets an echo pass anyway. */
static const struct {
	uint8_t protocol;
	uint16_t port;
} kinds[] = {{IPPROTO_TCP, HTTPS}, {IPPROTO_UDP, HTTPS}, {IPPROTO_ICMPV6, 0}};

/* The worst that becomes of any kind. What is related is an error message. */
static enum verdict judge_kinds(const struct firewall *fw, struct flow flow, struct why *why)
{
	enum verdict worst = VERDICT_ACCEPT;

	if (flow.related) {
		flow.protocol = IPPROTO_ICMPV6;
		flow.icmp_type = ICMPV6_TOO_BIG;
		return firewall_judge(fw, &flow, why);
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		enum verdict verdict;
		struct why here;

		flow.protocol = kinds[i].protocol;
		flow.port = kinds[i].port;
		verdict = firewall_judge(fw, &flow, &here);
		if (i == 0 || verdict > worst)
			*why = here;
		if (verdict > worst)
			worst = verdict;
	}
	return worst;
}

void check_firewall_forward(struct check *check, const struct firewall *fw, const char *nic,
			    const char *wg, const struct prefix *lan, const struct ufw_facts *ufw)
{
	struct flow out = {.family = AF_INET6,
			   .path = FLOW_FORWARD,
			   .in = wg,
			   .out = nic,
			   .source = firewall_at_home(lan),
			   .destination = {.kind = END_STRANGER}};
	struct flow in = {.family = AF_INET6,
			  .path = FLOW_FORWARD,
			  .in = nic,
			  .out = wg,
			  .source = {.kind = END_STRANGER},
			  .destination = firewall_at_home(lan)};
	struct flow answers = in, errors = in;
	struct {
		const struct flow *flow;
		const char *cause;
		bool towards_home;
	} ways[] = {
		{&out, _("no device at home reaches the internet"), false},
		{&answers, _("devices at home get no answers"), true},
		{&in,
		 _("devices at home can't be reached from the internet; what they ask for "
		   "themselves is answered"),
		 true},
		{&errors,
		 _("devices at home aren't told that a packet was too big for the way: "
		   "connections stall"),
		 true},
	};
	enum verdict verdict = VERDICT_ACCEPT;
	struct why why = {0}, here;
	char what[64];

	answers.established = true;
	errors.related = true;
	snprintf(what, sizeof(what), _("IPv6 between %s and %s"), wg, nic);
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		enum verdict v = judge_kinds(fw, *ways[i].flow, &here);
		struct wanted_rule wanted;

		if (i == 0 || v > verdict)
			why = here;
		if (v > verdict)
			verdict = v;
		if (v != VERDICT_DROP)
			continue;
		snprintf(what, sizeof(what), _("IPv6 from %s to %s"), ways[i].flow->in,
			 ways[i].flow->out);
		snprintf(wanted.iptables, sizeof(wanted.iptables), "-%c %s -j ACCEPT",
			 ways[i].towards_home ? 'o' : 'i', wg);
		snprintf(wanted.nft, sizeof(wanted.nft), "%cifname %s accept",
			 ways[i].towards_home ? 'o' : 'i', wg);
		firewall_dropped(check, what, &here, ufw, &wanted, ways[i].cause);
		return;
	}
	if (verdict == VERDICT_UNKNOWN)
		firewall_unclear(check, what, &why);
	else
		firewall_accepted(check, what, &why);
}
