/* SPDX-License-Identifier: MIT */
#include "prove/firewall_words.h"

#include <string.h>

#include "base/i18n.h"
#include "base/ip.h"
#include "firewall/ruling.h"
#include "prove/check.h"

/* Who is to mend it, as seen by whose rule drops. */
enum culprit {
	CULPRIT_IPV6_OFF,  /* IPV6=no, and the policies that UFW sets then */
	CULPRIT_UFW_RULE,  /* a rule that its owner gave to UFW */
	CULPRIT_UFW_FILE,  /* a rule in UFW's before.rules or after.rules */
	CULPRIT_UFW_STALE, /* UFW's files allow it, and the kernel has something else */
	CULPRIT_UFW,	   /* nothing in UFW's files allows it */
	CULPRIT_POLICY,
	CULPRIT_RULE,
};

static enum culprit culprit_of(const struct why *why, const struct ufw_facts *ufw)
{
	/* Seen: lo is let through then, by rules that are in no chain of UFW's. */
	if (ufw->no_ipv6 && why->policy && !why->nftables)
		return CULPRIT_IPV6_OFF;
	if (why->ufw_user)
		return CULPRIT_UFW_RULE;
	if (why->ufw_file)
		return CULPRIT_UFW_FILE;
	if (why->ufw)
		return ufw->has_rules ? CULPRIT_UFW_STALE : CULPRIT_UFW;
	return why->policy ? CULPRIT_POLICY : CULPRIT_RULE;
}

static const char *ufw_file(const struct why *why)
{
	bool before = strstr(why->chain, "-before-");

	if (!strncmp(why->chain, "ufw6", 4))
		return before ? "/etc/ufw/before6.rules" : "/etc/ufw/after6.rules";
	return before ? "/etc/ufw/before.rules" : "/etc/ufw/after.rules";
}

static void explain(struct check *check, const struct why *why, enum culprit culprit,
		    const char *cause)
{
	switch (culprit) {
	case CULPRIT_IPV6_OFF:
		check_cause(check, _("IPV6=no in /etc/default/ufw: UFW drops all of IPv6"));
		break;
	case CULPRIT_UFW_RULE:
		check_cause(check, _("UFW has a rule that denies it"));
		break;
	case CULPRIT_UFW_FILE:
		check_cause(check, _("%s has a rule that denies it"), ufw_file(why));
		break;
	case CULPRIT_UFW_STALE:
		check_cause(check, _("UFW's files allow it, but the kernel doesn't have the rule: "
				     "something changed the firewall without UFW"));
		break;
	case CULPRIT_UFW:
		check_cause(check, _("the relay's rules are missing in UFW"));
		break;
	case CULPRIT_POLICY:
		check_cause(check, "%s",
			    cause ? cause
				  : _("the firewall drops what no rule accepts, and none accepts "
				      "this"));
		break;
	case CULPRIT_RULE:
		check_cause(check, "%s",
			    cause ? cause
				  : _("a rule of another program, or of the administrator, is in "
				      "the way"));
		break;
	}
}

void firewall_advise(struct check *check, const struct why *why, const struct ufw_facts *ufw,
		     const struct wanted_rule *wanted)
{
	switch (culprit_of(why, ufw)) {
	case CULPRIT_IPV6_OFF:
		/* Measured: the reload alone leaves the relay's rules for IPv6 out. */
		check_advise(check,
			     _("IPV6=yes in /etc/default/ufw; then: ufw reload; sixrelay apply"));
		break;
	case CULPRIT_UFW_RULE:
		check_advise(check, _("ufw status numbered; then, with its number N: ufw delete "
				      "N"));
		break;
	case CULPRIT_UFW_FILE:
		check_advise(check, _("take it out of %s; then: ufw reload"), ufw_file(why));
		break;
	case CULPRIT_UFW_STALE:
		/* Measured: where the jumps into UFW's chains are gone, neither a reload nor
		 * another enable brings them back. */
		check_advise(check, why->policy ? "/usr/lib/ufw/ufw-init flush-all; ufw enable"
						: "ufw reload");
		break;
	case CULPRIT_UFW:
		check_advise(check, "sixrelay apply");
		break;
	case CULPRIT_POLICY:
	case CULPRIT_RULE:
		/* A rule that was made for something is named to be taken out; before one that ends
		 * a chain, and before a policy, ours is to stand. */
		if (*why->remove && !why->broad)
			check_advise(check, "%s", why->remove);
		else
			check_advise(check, "%s %s", why->insert,
				     why->nftables ? wanted->nft : wanted->iptables);
		break;
	}
}

void firewall_accepted(struct check *check, const char *what, const struct why *why)
{
	if (*why->table)
		check_pass(check, _("%s: accepted by %s (%s)"), what, why->rule, why->table);
	else
		check_pass(check, _("%s: no firewall"), what);
}

void firewall_unclear(struct check *check, const char *what, const struct why *why)
{
	check_skip(check, _("%s: whether %s (%s) takes it can't be told"), what, why->rule,
		   why->table);
}

void firewall_dropped(struct check *check, const char *what, const struct why *why,
		      const struct ufw_facts *ufw, const struct wanted_rule *wanted,
		      const char *cause)
{
	check_fail(check, _("%s: dropped by %s (%s)"), what, why->rule, why->table);
	explain(check, why, culprit_of(why, ufw), cause);
	firewall_advise(check, why, ufw, wanted);
}

struct flow_end firewall_at_home(const struct prefix *lan)
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
