/* SPDX-License-Identifier: MIT */
#include "firewall/nft.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/i18n.h"
#include "firewall/iptables.h"
#include "firewall/nft_field.h"

static const struct {
	const char *name;
	enum flow_hook hook;
} hooks[] = {
	{"ingress", HOOK_INGRESS}, {"prerouting", HOOK_PREROUTING},
	{"input", HOOK_INPUT},	   {"forward", HOOK_FORWARD},
	{"output", HOOK_OUTPUT},   {"postrouting", HOOK_POSTROUTING},
	{"egress", HOOK_EGRESS},
};

static const char *string(const cJSON *object, const char *name)
{
	const char *value = cJSON_GetStringValue(nft_member(object, name));

	return value ? value : "";
}

static struct nft_table *find_table(const struct nft *nft, const char *family, const char *name)
{
	for (size_t i = 0; i < nft->count; i++)
		if (!strcmp(nft->tables[i].family, family) && !strcmp(nft->tables[i].name, name))
			return &nft->tables[i];
	return NULL;
}

/* Some versions print the table's name where the flags should be. */
static void take_flags(struct nft_table *table, const cJSON *flags)
{
	const cJSON *flag;

	if (cJSON_IsString(flags)) {
		table->dormant = !strcmp(flags->valuestring, "dormant");
		table->flagged = true;
	}
	cJSON_ArrayForEach(flag, flags)
	{
		if (cJSON_IsString(flag) && !strcmp(flag->valuestring, "dormant"))
			table->dormant = true;
	}
}

static int take_table(struct nft *nft, const cJSON *item)
{
	struct nft_table *table = array_append(&nft->tables, &nft->count, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->family = string(item, "family");
	table->name = string(item, "name");
	take_flags(table, nft_member(item, "flags"));
	return 0;
}

static int take_base(struct nft_table *table, const cJSON *item, enum flow_hook hook)
{
	const cJSON *priority = nft_member(item, "prio");
	struct nft_base base = {
		.chain = table->chains.count - 1,
		.hook = hook,
		.priority = cJSON_IsNumber(priority) ? priority->valueint : 0,
		.nat = !strcmp(string(item, "type"), "nat"),
		.device = nft_member(item, "dev"),
	};
	struct nft_base *at = array_append(&table->bases, &table->base_count, sizeof(*at));

	if (!at)
		return -ENOMEM;
	for (; at > table->bases && (at[-1].hook > base.hook ||
				     (at[-1].hook == base.hook && at[-1].priority > base.priority));
	     at--)
		*at = at[-1];
	*at = base;
	return 0;
}

static int take_chain(struct nft *nft, const cJSON *item)
{
	struct nft_table *table = find_table(nft, string(item, "family"), string(item, "table"));
	struct chain *chain;

	if (!table)
		return -EBADMSG;
	chain = chains_add(&table->chains, string(item, "name"));
	if (!chain)
		return -ENOMEM;
	chain->policy = !strcmp(string(item, "policy"), "drop") ? FATE_DROP : FATE_ACCEPT;
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (strcmp(hooks[i].name, string(item, "hook")) != 0)
			continue;
		chain->has_policy = true;
		return take_base(table, item, hooks[i].hook);
	}
	return 0;
}

static int take_rule(struct nft *nft, const cJSON *item)
{
	struct nft_table *table = find_table(nft, string(item, "family"), string(item, "table"));
	struct chain *chain = table ? chains_find(&table->chains, string(item, "chain")) : NULL;
	const cJSON *handle = nft_member(item, "handle");
	struct rule *rule;

	if (!chain)
		return -EBADMSG;
	rule = chain_add(chain, string(item, "comment"));
	if (!rule)
		return -ENOMEM;
	rule->json = nft_member(item, "expr");
	rule->handle = cJSON_IsNumber(handle) ? (unsigned)handle->valueint : 0;
	return 0;
}

/* Chains may stand behind the rules of another table, but never behind those of their own. */
static int take_item(struct nft *nft, const cJSON *item)
{
	static const struct {
		const char *name;
		int (*take)(struct nft *nft, const cJSON *item);
	} kinds[] = {{"table", take_table}, {"chain", take_chain}, {"rule", take_rule}};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const cJSON *content = nft_member(item, kinds[i].name);

		if (content)
			return kinds[i].take(nft, content);
	}
	return 0; /* a set, a flow table, … */
}

int nft_parse(struct nft *nft, const char *text, struct error *err)
{
	const cJSON *item;
	int r = 0;

	*nft = (struct nft){0};
	while (*text && *text != '{') {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	nft->document = cJSON_Parse(text);
	nft->list = nft_member(nft->document, "nftables");
	if (!cJSON_IsArray(nft->list))
		return error_set(err, -EBADMSG, _("nft: its list of rules can't be read"));
	cJSON_ArrayForEach(item, nft->list)
	{
		r = take_item(nft, item);
		if (r < 0)
			break;
	}
	if (r == -ENOMEM)
		return error_errno(err, r, "nft");
	if (r < 0)
		return error_set(err, r, _("nft: its list of rules names what is not in it"));
	return 0;
}

void nft_clear(struct nft *nft)
{
	for (size_t i = 0; i < nft->count; i++) {
		chains_clear(&nft->tables[i].chains);
		free(nft->tables[i].bases);
	}
	free(nft->tables);
	cJSON_Delete(nft->document);
	*nft = (struct nft){0};
}

const cJSON *nft_elements(const struct nft_context *context, const char *reference, bool *exists)
{
	const cJSON *item;

	*exists = true;
	cJSON_ArrayForEach(item, context->list)
	{
		const cJSON *set = nft_member(item, "set");

		if (!set)
			set = nft_member(item, "map");
		if (set && *reference == '@' && !strcmp(string(set, "name"), reference + 1) &&
		    !strcmp(string(set, "table"), context->table->name) &&
		    !strcmp(string(set, "family"), context->table->family))
			return nft_member(set, "elem");
	}
	*exists = false;
	return NULL;
}

/* The variant of iptables that keeps its rules in nftables has its tables there under their own
 * names, with expressions that JSON can't show. When something in one is foreign to iptables, its
 * save program leaves the table out, and it is judged here. */
static bool belongs_to_iptables(const struct nft_table *table, const struct iptables *iptables,
				size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *family = iptables[i].family == AF_INET ? "ip" : "ip6";

		if (iptables[i].nftables && !strcmp(table->family, family) &&
		    iptables_has(&iptables[i], table->name))
			return true;
	}
	return false;
}

static bool sees(const struct nft_table *table, const struct flow *flow)
{
	if (!strcmp(table->family, "ip"))
		return flow->family == AF_INET;
	if (!strcmp(table->family, "ip6"))
		return flow->family == AF_INET6;
	return !strcmp(table->family, "inet") || !strcmp(table->family, "netdev");
}

/* A chain on devices sees what comes in or goes out there. */
static bool is_on_device(const struct nft_base *base, const struct flow *flow)
{
	const char *link = base->hook == HOOK_EGRESS ? flow->out : flow->in;
	const cJSON *device;

	if (base->hook != HOOK_INGRESS && base->hook != HOOK_EGRESS)
		return true;
	if (cJSON_IsString(base->device))
		return !strcmp(base->device->valuestring, link);
	if (!base->device)
		return true;
	cJSON_ArrayForEach(device, base->device)
	{
		if (cJSON_IsString(device) && !strcmp(device->valuestring, link))
			return true;
	}
	return false;
}

/* Whether the rule has nothing to match. */
static bool is_broad(const struct rule *rule)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, rule->json)
	{
		if (nft_member(item, "match") || nft_member(item, "vmap"))
			return false;
	}
	return true;
}

static void tell(struct why *why, const struct nft_table *table, const struct chain *base,
		 const struct rule *rule)
{
	*why = (struct why){.policy = !rule, .nftables = true};
	why_text(why->table, sizeof(why->table), "%s %s of nftables", table->family, table->name);
	why_text(why->insert, sizeof(why->insert), "nft insert rule %s %s %s", table->family,
		 table->name, base->name);
	if (!rule) {
		why_text(why->rule, sizeof(why->rule), "the policy of %s", base->name);
		return;
	}
	why_text(why->rule, sizeof(why->rule), "rule %u of %s%s%s%s", rule->handle, rule->chain,
		 *rule->text ? " (" : "", rule->text, *rule->text ? ")" : "");
	why_text(why->chain, sizeof(why->chain), "%s", rule->chain);
	why->broad = is_broad(rule);
	why_text(why->remove, sizeof(why->remove), "nft delete rule %s %s %s handle %u",
		 table->family, table->name, rule->chain, rule->handle);
}

static int judge_base(const struct nft *nft, const struct nft_table *table,
		      const struct nft_base *base, struct scene *scene, struct ruling *ruling)
{
	const struct nft_context context = {.list = nft->list, .table = table};
	const struct chain *chain = &table->chains.list[base->chain];
	const struct rule *rule;
	enum verdict verdict;
	struct fates fates;

	scene->hook = base->hook;
	scene_set_states(scene, base->priority);
	if (chains_walk(&table->chains, chain, nft_rule, &context, scene, &fates) < 0)
		return -ENOMEM;
	verdict = fates_verdict(&fates, &rule);
	ruling->rewritten |= (fates.possible & 1U << FATE_REWRITE) != 0;
	if (table->flagged && verdict == VERDICT_DROP)
		verdict = VERDICT_UNKNOWN;
	/* One that is bound to unknown devices may not see it. */
	if (!base->device && (base->hook == HOOK_INGRESS || base->hook == HOOK_EGRESS) &&
	    verdict == VERDICT_DROP)
		verdict = VERDICT_UNKNOWN;
	if (ruling_wants(ruling, verdict, !rule)) {
		tell(&ruling->why, table, chain, rule);
		ruling->verdict = verdict;
		ruling->told = verdict != VERDICT_ACCEPT || rule || base->hook == HOOK_INPUT ||
			       base->hook == HOOK_FORWARD || base->hook == HOOK_OUTPUT;
	}
	return 0;
}

static bool is_early(const struct nft_base *base)
{
	return base->hook == HOOK_INGRESS ||
	       ((base->hook == HOOK_PREROUTING || base->hook == HOOK_OUTPUT) &&
		base->priority < -200);
}

int nft_judge(const struct nft *nft, const struct iptables *iptables, size_t iptables_count,
	      struct scene *scene, bool early, struct ruling *ruling)
{
	for (size_t i = 0; i < nft->count; i++) {
		const struct nft_table *table = &nft->tables[i];

		if (table->dormant || !sees(table, scene->flow) ||
		    belongs_to_iptables(table, iptables, iptables_count))
			continue;
		for (size_t j = 0; j < table->base_count; j++) {
			const struct nft_base *base = &table->bases[j];

			if (early != is_early(base) || !scene_passes(scene->flow, base->hook) ||
			    !is_on_device(base, scene->flow))
				continue;
			/* Only the first packet of a connection comes to NAT. */
			if (base->nat && !flow_is_new(scene->flow))
				continue;
			if (judge_base(nft, table, base, scene, ruling) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}
