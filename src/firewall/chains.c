/* SPDX-License-Identifier: MIT */
#include "firewall/chains.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* More than any kernel follows: 16 jumps in nftables. */
#define DEPTH_MAX 64
#define BIT(fate) (1U << (fate))

struct chain *chains_add(struct chains *chains, const char *name)
{
	char *copy = strdup(name);
	struct chain *chain =
		copy ? array_append(&chains->list, &chains->count, sizeof(*chain)) : NULL;

	if (!chain) {
		free(copy);
		return NULL;
	}
	chain->name = copy;
	return chain;
}

struct rule *chain_add(struct chain *chain, const char *text)
{
	char *copy = strdup(text);
	struct rule *rule = copy ? array_append(&chain->rules, &chain->count, sizeof(*rule)) : NULL;

	if (!rule) {
		free(copy);
		return NULL;
	}
	rule->text = copy;
	rule->chain = chain->name;
	return rule;
}

struct chain *chains_find(const struct chains *chains, const char *name)
{
	for (size_t i = 0; i < chains->count; i++)
		if (!strcmp(chains->list[i].name, name))
			return &chains->list[i];
	return NULL;
}

void chains_clear(struct chains *chains)
{
	for (size_t i = 0; i < chains->count; i++) {
		struct chain *chain = &chains->list[i];

		for (size_t j = 0; j < chain->count; j++)
			free(chain->rules[j].text);
		free(chain->rules);
		free(chain->name);
	}
	free(chains->list);
	*chains = (struct chains){0};
}

/* What a chain does to this packet is the same from wherever it is called. */
struct memo {
	bool known, open;
	struct fates fates;
};

struct walk {
	const struct chains *chains;
	rule_function *judge;
	const void *context;
	struct scene *scene;
	struct memo *memos; /* one a chain */
	unsigned depth;

	/* The chain at hand. */
	struct fates *fates;
	bool here; /* the packet may still be in it */
};

const struct scene *walk_scene(const struct walk *walk)
{
	return walk->scene;
}

/* Nobody can tell. */
static struct fates fates_any(const struct rule *rule)
{
	struct fates any = {.possible = BIT(FATE_ACCEPT) | BIT(FATE_DROP) | BIT(FATE_ON)};

	for (int f = 0; f < FATE_COUNT; f++)
		any.by[f] = any.doubt[f] = rule;
	any.certain = FATE_ON;
	return any;
}

static struct fates fates_one(enum fate fate, const struct rule *rule)
{
	struct fates one = {.possible = BIT(fate), .certain = fate};

	one.by[fate] = rule;
	return one;
}

static struct fates walk_chain(struct walk *walk, const char *name, const struct rule *caller)
{
	const struct chain *chain = chains_find(walk->chains, name);
	struct fates *fates_outside = walk->fates;
	bool here_outside = walk->here;
	struct memo *memo;

	if (!chain)
		return fates_any(caller);
	memo = &walk->memos[chain - walk->chains->list];
	if (memo->known)
		return memo->fates;
	if (memo->open || walk->depth >= DEPTH_MAX)
		return fates_any(caller);
	memo->open = true;
	walk->depth++;
	walk->fates = &memo->fates;
	walk->here = true;
	for (size_t i = 0; i < chain->count && walk->here; i++)
		walk->judge(walk, &chain->rules[i], walk->context);
	if (walk->here) {
		memo->fates.possible |= BIT(FATE_ON);
		memo->fates.certain = FATE_ON;
	}
	walk->fates = fates_outside;
	walk->here = here_outside;
	walk->depth--;
	memo->open = false;
	memo->known = true;
	return memo->fates;
}

/* Adds what a step leads to. */
static void merge(struct fates *fates, const struct fates *taken, enum tri match,
		  const struct rule *rule)
{
	for (int f = 0; f < FATE_COUNT; f++) {
		const struct rule *doubt = taken->doubt[f];

		if (!(taken->possible & BIT(f)))
			continue;
		fates->possible |= BIT(f);
		fates->by[f] = taken->by[f];
		/* A chain that may as well have returned. */
		if (!doubt && taken->possible != BIT(f))
			doubt = taken->doubt[FATE_ON];
		if (match == TRI_MAYBE)
			doubt = rule;
		if (!fates->doubt[f])
			fates->doubt[f] = doubt;
	}
}

void walk_step(struct walk *walk, const struct rule *rule, enum tri match, enum action action,
	       const char *target)
{
	struct fates taken = {0};
	bool stays = false;

	if (match == TRI_NO || !walk->here)
		return;
	switch (action) {
	case ACTION_NONE:
		return;
	case ACTION_UNTRACK:
		walk->scene->untracked = true;
		return;
	case ACTION_ACCEPT:
		taken = fates_one(FATE_ACCEPT, rule);
		break;
	case ACTION_DROP:
		taken = fates_one(FATE_DROP, rule);
		break;
	case ACTION_REWRITE:
		taken = fates_one(FATE_REWRITE, rule);
		break;
	case ACTION_RETURN:
		taken = fates_one(FATE_ON, rule);
		break;
	case ACTION_JUMP:
	case ACTION_GOTO:
		taken = walk_chain(walk, target, rule);
		break;
	case ACTION_UNKNOWN:
		taken = fates_any(rule);
		break;
	}
	if (action == ACTION_JUMP || action == ACTION_UNKNOWN) {
		stays = taken.possible & BIT(FATE_ON);
		if (stays && taken.doubt[FATE_ON])
			for (int f = 0; f < FATE_ON; f++)
				if (!taken.doubt[f])
					taken.doubt[f] = taken.doubt[FATE_ON];
		taken.possible &= ~BIT(FATE_ON);
	}
	merge(walk->fates, &taken, match, rule);
	if (match == TRI_YES && !stays) {
		walk->here = false;
		walk->fates->certain = taken.certain;
	}
}

int chains_walk(const struct chains *chains, const struct chain *base, rule_function *judge,
		const void *context, struct scene *scene, struct fates *fates)
{
	struct walk walk = {.chains = chains, .judge = judge, .context = context, .scene = scene};

	walk.memos = calloc(chains->count, sizeof(*walk.memos));
	if (!walk.memos)
		return -ENOMEM;
	*fates = walk_chain(&walk, base->name, NULL);
	free(walk.memos);
	if (fates->possible & BIT(FATE_ON)) {
		fates->possible = (fates->possible & ~BIT(FATE_ON)) | BIT(base->policy);
		fates->by[base->policy] = NULL;
		if (!fates->doubt[base->policy])
			fates->doubt[base->policy] = fates->doubt[FATE_ON];
		if (fates->certain == FATE_ON)
			fates->certain = base->policy;
	}
	return 0;
}
