/* SPDX-License-Identifier: MIT */
#pragma once

#include "firewall/flow.h"

struct check;
struct prefix;
struct why;

/* What the checks of the firewall say of a verdict, and what they judge alike. Pure. */

/* What UFW's own files say; all false where UFW is off. */
struct ufw_facts {
	bool has_rules; /* what the check is about is allowed in them */
	bool no_ipv6;	/* IPV6=no: then UFW drops all of IPv6 */
};

/* The rule that lets the packets pass, in the language of the firewall that keeps them out. */
struct wanted_rule {
	char iptables[64], nft[64];
};

/* what: the packets, for people; the rule follows. */
void firewall_accepted(struct check *check, const char *what, const struct why *why);
void firewall_unclear(struct check *check, const char *what, const struct why *why);

/* Fails, with cause and advice. cause: what follows from it; NULL: what the rule is, is said. It is
 * said anyway where the fault is UFW's. */
void firewall_dropped(struct check *check, const char *what, const struct why *why,
		      const struct ufw_facts *ufw, const struct wanted_rule *wanted,
		      const char *cause);

/* The command that takes out the rule, or the one that goes before it. */
void firewall_advise(struct check *check, const struct why *why, const struct ufw_facts *ufw,
		     const struct wanted_rule *wanted);

/* A device of the LAN; lan may be NULL: not known. */
struct flow_end firewall_at_home(const struct prefix *lan);
