/* SPDX-License-Identifier: MIT */
#include <cjson/cJSON.h>
#include <string.h>

#include "base/array.h"
#include "firewall/nft.h"
#include "firewall/nft_field.h"

/* One rule of nftables, statement by statement, beside a packet. */

static const struct {
	const char *name;
	enum action action;
} statements[] = {
	{"accept", ACTION_ACCEPT},   {"drop", ACTION_DROP},	    {"reject", ACTION_DROP},
	{"return", ACTION_RETURN},   {"jump", ACTION_JUMP},	    {"goto", ACTION_GOTO},
	{"notrack", ACTION_UNTRACK}, {"dnat", ACTION_REWRITE},	    {"redirect", ACTION_REWRITE},
	{"snat", ACTION_ACCEPT},     {"masquerade", ACTION_ACCEPT},
};

/* Statements that pass every packet on to the next one. */
static const char *const passing[] = {
	"counter",	  "log",     "mangle",	"dup",	    "flow", "ct helper", "ct timeout",
	"ct expectation", "comment", "secmark", "continue", "last",
};

/* Statements that take some packets, and nobody can tell which. */
static const char *const deciding[] = {"limit", "quota", "meter", "xt"};

/* Targets of iptables that do, as tables that it shares with nft show them. */
static const char *const passing_targets[] = {
	"LOG", "NFLOG", "MARK", "CONNMARK", "TCPMSS", "CT", "CHECKSUM", "SET", "AUDIT", "TRACE",
};

static bool is_among(const char *name, const char *const list[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i], name))
			return true;
	return false;
}

static const char *target_of(const cJSON *statement)
{
	const char *target = cJSON_GetStringValue(nft_member(statement, "target"));

	return target ? target : "";
}

/* A verdict, as a rule or a map has it. False: it is none. */
static bool verdict(struct walk *walk, const struct rule *rule, enum tri match,
		    const cJSON *statement)
{
	for (size_t i = 0; i < ARRAY_SIZE(statements); i++) {
		if (strcmp(statements[i].name, statement->string) != 0)
			continue;
		walk_step(walk, rule, match, statements[i].action, target_of(statement));
		return true;
	}
	return false;
}

/* A map of verdicts: at most one element is the packet's, or the catch-all. */
static void verdict_map(struct walk *walk, const struct rule *rule, enum tri match,
			const struct nft_context *context, const cJSON *map)
{
	const cJSON *left = nft_member(map, "key");
	const cJSON *data = nft_member(map, "data");
	const cJSON *elements = nft_member(data, "set");
	const cJSON *element, *fallback = NULL;
	enum tri found = TRI_NO;
	bool exists = true;

	if (cJSON_IsString(data))
		elements = nft_elements(context, data->valuestring, &exists);
	if (!exists || !left) {
		walk_step(walk, rule, TRI_MAYBE, ACTION_UNKNOWN, NULL);
		return;
	}
	match = tri_and(match, nft_applies(walk_scene(walk), left));
	cJSON_ArrayForEach(element, elements)
	{
		const cJSON *key = cJSON_GetArrayItem(element, 0);
		const cJSON *value = cJSON_GetArrayItem(element, 1);
		enum tri here;

		if (!key || !cJSON_IsObject(value) || !value->child)
			continue;
		if (cJSON_IsString(key) && !strcmp(key->valuestring, "*")) {
			fallback = value->child;
			continue;
		}
		here = nft_value_is(context, walk_scene(walk), left, key);
		found = tri_or(found, here);
		verdict(walk, rule, tri_and(match, here), value->child);
	}
	if (fallback)
		verdict(walk, rule, tri_and(match, tri_not(found)), fallback);
}

/* A target of iptables. */
static bool foreign(struct walk *walk, const struct rule *rule, enum tri match, const cJSON *xt)
{
	const char *type = cJSON_GetStringValue(nft_member(xt, "type"));
	const char *name = cJSON_GetStringValue(nft_member(xt, "name"));

	if (!type || strcmp(type, "target") != 0)
		return false;
	if (name && !strcmp(name, "REJECT"))
		walk_step(walk, rule, match, ACTION_DROP, NULL);
	else if (!name || !is_among(name, passing_targets, ARRAY_SIZE(passing_targets)))
		walk_step(walk, rule, match, ACTION_UNKNOWN, NULL);
	return true;
}

void nft_rule(struct walk *walk, const struct rule *rule, const void *context)
{
	enum tri match = TRI_YES;
	const cJSON *item;

	cJSON_ArrayForEach(item, rule->json)
	{
		const cJSON *statement = cJSON_IsObject(item) ? item->child : NULL;

		if (match == TRI_NO)
			return;
		if (!statement) {
			walk_step(walk, rule, TRI_MAYBE, ACTION_UNKNOWN, NULL);
			return;
		}
		if (!strcmp(statement->string, "match"))
			match = tri_and(match, nft_match(context, walk_scene(walk), statement));
		else if (!strcmp(statement->string, "vmap"))
			verdict_map(walk, rule, match, context, statement);
		else if (!strcmp(statement->string, "xt") && foreign(walk, rule, match, statement))
			continue;
		else if (!strcmp(statement->string, "ct count")) /* drops what it can't count */
			walk_step(walk, rule, match = TRI_MAYBE, ACTION_DROP, NULL);
		else if (is_among(statement->string, deciding, ARRAY_SIZE(deciding)))
			match = TRI_MAYBE;
		else if (!strcmp(statement->string, "set") || !strcmp(statement->string, "map"))
			/* It may limit what it adds; and a set may be full. */
			match = TRI_MAYBE;
		else if (!verdict(walk, rule, match, statement) &&
			 !is_among(statement->string, passing, ARRAY_SIZE(passing)))
			walk_step(walk, rule, match = TRI_MAYBE, ACTION_UNKNOWN, NULL);
	}
}
