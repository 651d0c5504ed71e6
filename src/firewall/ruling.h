/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "firewall/chains.h"

/* What all the rules together do to a packet. Pure. */

/* A packet must be accepted everywhere: the greatest wins. */
enum verdict {
	VERDICT_ACCEPT,
	VERDICT_UNKNOWN,
	VERDICT_DROP,
};

/* What decided; plain ASCII. All are "" where nothing looks at the packet. */
struct why {
	char rule[256];	  /* "-A INPUT -j DROP", "handle 7 of input" or "the policy of INPUT" */
	char chain[64];	  /* that the rule is in; "": it is a policy */
	char table[96];	  /* "filter of ip6tables", "inet filter of nftables" */
	char remove[320]; /* the command that takes the rule out; "": it is a policy */
	char insert[160]; /* the command that puts a rule before all of the base chain's, less the
			     rule */
	bool policy;
	bool broad;    /* a rule that takes all that comes to it, as at a chain's end */
	bool ufw;      /* UFW's own */
	bool ufw_user; /* in the chains of those that its owner gave to UFW */
	bool ufw_file; /* in those of before.rules and after.rules */
	bool nftables;
};

struct ruling {
	enum verdict verdict;
	struct why why;
	bool told;	/* why is worth keeping */
	bool rewritten; /* a rule may write another destination into it: nothing is certain then */
};

/* What the fates in a base chain come to, and the rule to name: NULL for the policy. */
enum verdict fates_verdict(const struct fates *fates, const struct rule **rule);

/* Whether a verdict of this kind would be told: worse than what is there, or the first one. A later
 * acceptance by a rule replaces one by a policy. */
bool ruling_wants(const struct ruling *ruling, enum verdict verdict, bool policy);

/* Appends to a text of this size what there is room for, control characters replaced. */
__attribute__((format(printf, 3, 4))) void why_text(char *text, size_t size, const char *fmt, ...);
