/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "firewall/ruling.h"

struct cJSON;
struct error;
struct iptables;

/* The rules of nftables, from what `nft -j list ruleset` prints (libnftables-json(5)), and what
 * they do to a packet. Pure. */

struct nft_base {
	size_t chain; /* in the table's */
	enum flow_hook hook;
	int priority;
	bool nat;
	const struct cJSON *device; /* netdev: a name or several */
};

struct nft_table {
	const char *family, *name;
	bool dormant, flagged; /* surely, or perhaps */
	struct chains chains;
	struct nft_base *bases; /* by priority */
	size_t base_count;
};

struct nft {
	struct cJSON *document;
	const struct cJSON *list;
	struct nft_table *tables;
	size_t count;
};

/* Reads the document; lines that nft may print before it are skipped. -EBADMSG, -ENOMEM. What was
 * read is to be cleared either way. */
int nft_parse(struct nft *nft, const char *text, struct error *err);
void nft_clear(struct nft *nft);

/* Adds what the rules do to the packet. Tables that one of the count iptables shows as well are
 * left to it. early: the chains before connection tracking, else the others. -ENOMEM. */
int nft_judge(const struct nft *nft, const struct iptables *iptables, size_t iptables_count,
	      struct scene *scene, bool early, struct ruling *ruling);

/* What a rule looks up, beside its own text. */
struct nft_context {
	const struct cJSON *list;
	const struct nft_table *table;
};

/* Whether the rule matches the packet and what it does, to walk_step; context: struct
 * nft_context. */
rule_function nft_rule;

/* Whether the expression's value in the packet is the right side, or among it. Sets by name are
 * looked up in the table. TRI_MAYBE where the expression is not understood. */
enum tri nft_value_is(const struct nft_context *context, const struct scene *scene,
		      const struct cJSON *left, const struct cJSON *right);

/* A match statement. */
enum tri nft_match(const struct nft_context *context, const struct scene *scene,
		   const struct cJSON *match);

/* The elements of the table's set or map of this name, given as "@name". NULL: none, or empty;
 * exists tells. */
const struct cJSON *nft_elements(const struct nft_context *context, const char *reference,
				 bool *exists);
