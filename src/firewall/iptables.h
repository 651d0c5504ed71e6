/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "firewall/ruling.h"

struct error;

/* The rules of iptables(8) or ip6tables(8), from what iptables-save(8) prints, and what they do to
 * a packet. Pure. */

struct iptables_table {
	char name[32];
	struct chains chains;
};

struct iptables {
	int family;	  /* AF_INET, AF_INET6 */
	char program[24]; /* "iptables", "ip6tables-legacy": with which a rule is changed */
	bool nftables;	  /* saved by the variant that keeps its rules in nftables */
	bool incomplete;  /* it left out tables that only nft can show */
	struct iptables_table *tables;
	size_t count;
};

/* Reads what the save program printed. -EBADMSG: it is cut short, or no such text; -ENOMEM. What
 * was read is to be cleared either way. */
int iptables_parse(struct iptables *iptables, int family, const char *program, const char *text,
		   struct error *err);
void iptables_clear(struct iptables *iptables);

bool iptables_has(const struct iptables *iptables, const char *table);

/* Adds what the rules do to the packet at a hook, if they are of its family. early: those before
 * connection tracking, else the others. The scene goes from hook to hook. -ENOMEM. */
int iptables_judge(const struct iptables *iptables, struct scene *scene, bool early,
		   struct ruling *ruling);

/* Whether the rule matches the packet and what it does, to walk_step; context: struct chains. */
rule_function iptables_rule;
