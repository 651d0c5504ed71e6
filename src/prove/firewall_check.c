/* SPDX-License-Identifier: MIT */
#include "prove/firewall_check.h"

#include <stdio.h>

#include "base/array.h"
#include "base/i18n.h"
#include "base/ip.h"
#include "firewall/firewall.h"
#include "prove/check.h"

#define HTTPS 443

/* The rule that lets the packets in, in the language of the firewall that keeps them out. */
struct wanted {
	char iptables[64], nft[64];
};

/* What to try first. A rule that was made for something is named to be taken out; before one that
 * ends a chain, and before a policy, ours is to stand. */
static void advise(struct check *check, const struct why *why, const struct wanted *wanted,
		   bool in_ufw_files)
{
	/* Measured: where the jumps into UFW's chains are gone, neither a reload nor another enable
	 * brings them back. */
	if (why->ufw && in_ufw_files)
		check_advise(check, why->policy ? "/usr/lib/ufw/ufw-init flush-all; ufw enable"
						: "ufw reload");
	else if (why->ufw)
		check_advise(check, _("sixrelay apply"));
	else if (*why->remove && !why->broad)
		check_advise(check, "%s", why->remove);
	else
		check_advise(check, "%s %s", why->insert,
			     why->nftables ? wanted->nft : wanted->iptables);
}

static void explain(struct check *check, const struct why *why, bool in_ufw_files)
{
	if (why->ufw && in_ufw_files)
		check_cause(check, _("UFW's files allow it, but the kernel doesn't have the rule: "
				     "something changed the firewall without UFW"));
	else if (why->ufw)
		check_cause(check, _("the relay's rules are missing in UFW"));
	else if (why->policy)
		check_cause(check, _("the firewall drops what no rule accepts, and none accepts "
				     "this"));
	else
		check_cause(check, _("a rule of another program, or of the administrator, is in "
				     "the way"));
}

static void accepted(struct check *check, const char *what, const struct why *why)
{
	if (*why->table)
		check_pass(check, _("%s: accepted by %s (%s)"), what, why->rule, why->table);
	else
		check_pass(check, _("%s: no firewall"), what);
}

static void dropped(struct check *check, const char *what, const struct why *why)
{
	check_fail(check, _("%s: dropped by %s (%s)"), what, why->rule, why->table);
}

static void unclear(struct check *check, const char *what, const struct why *why)
{
	check_skip(check, _("%s: whether %s (%s) takes it can't be told"), what, why->rule,
		   why->table);
}

void check_firewall_port(struct check *check, const struct firewall *fw, const char *nic,
			 uint16_t port, bool in_ufw_files)
{
	struct flow flow = {
		.family = AF_INET,
		.path = FLOW_INPUT,
		.in = nic,
		.out = "",
		.protocol = IPPROTO_UDP,
		.port = port,
		.source = {.kind = END_STRANGER},
		.destination = {.kind = END_OURS},
	};
	struct wanted wanted;
	struct why why, why6;
	char what[64];

	snprintf(what, sizeof(what), _("UDP %u in on %s"), (unsigned)port, nic);
	snprintf(wanted.iptables, sizeof(wanted.iptables), "-p udp --dport %u -j ACCEPT",
		 (unsigned)port);
	snprintf(wanted.nft, sizeof(wanted.nft), "udp dport %u accept", (unsigned)port);
	switch (firewall_judge(fw, &flow, &why)) {
	case VERDICT_ACCEPT:
		accepted(check, what, &why);
		flow.family = AF_INET6;
		if (firewall_judge(fw, &flow, &why6) == VERDICT_DROP)
			check_pass(check, _("%s: accepted over IPv4; over IPv6 dropped by %s (%s)"),
				   what, why6.rule, why6.table);
		break;
	case VERDICT_UNKNOWN:
		unclear(check, what, &why);
		break;
	case VERDICT_DROP:
		dropped(check, what, &why);
		explain(check, &why, in_ufw_files);
		advise(check, &why, &wanted, in_ufw_files);
		break;
	}
}

/* What a device at home may send or get. ICMPv6 alone says little: UFW lets an echo pass anyway. */
static const struct {
	uint8_t protocol;
	uint16_t port;
} kinds[] = {{IPPROTO_TCP, HTTPS}, {IPPROTO_UDP, HTTPS}, {IPPROTO_ICMPV6, 0}};

/* The worst that becomes of any kind. */
static enum verdict judge_kinds(const struct firewall *fw, struct flow flow, struct why *why)
{
	enum verdict worst = VERDICT_ACCEPT;

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

static struct flow_end at_home(const struct prefix *lan)
{
	/* An address as privacy extensions make them. */
	static const uint8_t host[8] = {0x5c, 0x1d, 0x8e, 0x30, 0x97, 0xb4, 0x2a, 0x6f};
	struct flow_end end = {.kind = END_OURS};

	if (!lan)
		return end;
	end.kind = END_GIVEN;
	end.addr = lan->addr;
	for (size_t i = 0; i < sizeof(host); i++)
		end.addr.s6_addr[8 + i] = host[i];
	return end;
}

void check_firewall_forward(struct check *check, const struct firewall *fw, const char *nic,
			    const char *wg, const struct prefix *lan, bool in_ufw_files)
{
	struct flow out = {.family = AF_INET6,
			   .path = FLOW_FORWARD,
			   .in = wg,
			   .out = nic,
			   .source = at_home(lan),
			   .destination = {.kind = END_STRANGER}};
	struct flow in = {.family = AF_INET6,
			  .path = FLOW_FORWARD,
			  .in = nic,
			  .out = wg,
			  .source = {.kind = END_STRANGER},
			  .destination = at_home(lan)};
	struct flow answers = in;
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
	};
	enum verdict verdict = VERDICT_ACCEPT;
	struct why why = {0}, here;
	char what[64];

	answers.established = true;
	snprintf(what, sizeof(what), _("IPv6 between %s and %s"), wg, nic);
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		enum verdict v = judge_kinds(fw, *ways[i].flow, &here);
		struct wanted wanted;

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
		dropped(check, what, &here);
		if (here.ufw)
			explain(check, &here, in_ufw_files);
		else
			check_cause(check, "%s", ways[i].cause);
		advise(check, &here, &wanted, in_ufw_files);
		return;
	}
	if (verdict == VERDICT_UNKNOWN)
		unclear(check, what, &why);
	else
		accepted(check, what, &why);
}
