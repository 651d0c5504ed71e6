/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "firewall/flow.h"

struct cJSON;

/* Chains of rules, as iptables and nftables have them alike, and the walk of a packet through them.
 * Where a rule can't be judged both ways are taken. Pure. */

struct rule {
	char *text;		  /* for people; owned */
	const struct cJSON *json; /* nftables: the expressions; belongs to the document */
	unsigned handle;	  /* nftables */
	const char *chain;	  /* its chain's name */
};

enum fate {
	FATE_ACCEPT,
	FATE_DROP,
	FATE_REWRITE, /* another destination is written into the packet */
	FATE_ON,      /* it falls off the chain's end, or returns */
	FATE_COUNT,
};

struct chain {
	char *name;
	struct rule *rules;
	size_t count;
	bool has_policy;
	enum fate policy;
};

/* Zeroed, it has none. */
struct chains {
	struct chain *list;
	size_t count;
};

/* A new chain or rule at the end, or NULL without memory. Names and texts are copied. Pointers to
 * chains hold until the next one is added. */
struct chain *chains_add(struct chains *chains, const char *name);
struct rule *chain_add(struct chain *chain, const char *text);
struct chain *chains_find(const struct chains *chains, const char *name);
void chains_clear(struct chains *chains);

enum action {
	ACTION_NONE, /* goes on with the next rule */
	ACTION_ACCEPT,
	ACTION_DROP,
	ACTION_REWRITE,
	ACTION_RETURN,
	ACTION_JUMP,
	ACTION_GOTO,
	ACTION_UNTRACK, /* goes on, untracked */
	ACTION_UNKNOWN,
};

struct walk;

/* Calls walk_step for each thing that the rule may do, in order: a map has several. */
typedef void rule_function(struct walk *walk, const struct rule *rule, const void *context);

/* The rule does this if match; target is the chain of a jump. */
void walk_step(struct walk *walk, const struct rule *rule, enum tri match, enum action action,
	       const char *target);

/* Where the packet is. A rule may make it untracked. */
const struct scene *walk_scene(const struct walk *walk);

/* What may become of a packet. */
struct fates {
	unsigned possible;		      /* 1 << FATE_… */
	const struct rule *by[FATE_COUNT];    /* what decides it last; NULL: the policy */
	const struct rule *doubt[FATE_COUNT]; /* what may or may not lead to it; may be NULL */
	enum fate certain;		      /* what becomes of it if no doubtful rule takes it */
};

/* Leads the packet through a base chain: never FATE_ON. -ENOMEM without memory. */
int chains_walk(const struct chains *chains, const struct chain *base, rule_function *judge,
		const void *context, struct scene *scene, struct fates *fates);
