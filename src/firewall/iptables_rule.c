/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/array.h"
#include "firewall/iptables.h"
#include "firewall/iptables_match.h"

/* One rule of iptables-save(8) beside a packet. */

#define WORDS_MAX 128
#define TEXT_MAX 2048

/* A rule's words. A quoted one is never an option. */
struct words {
	char text[TEXT_MAX];
	const char *word[WORDS_MAX];
	bool quoted[WORDS_MAX];
	size_t count;
};

/* Words are quoted with ", and \ stands before a " or a \ in them (xtables_save_string). */
static bool split(struct words *words, const char *line)
{
	char *out = words->text;

	words->count = 0;
	if (strlen(line) >= sizeof(words->text))
		return false;
	while (*(line += strspn(line, " "))) {
		bool quote = *line == '"';

		if (words->count == WORDS_MAX)
			return false;
		words->quoted[words->count] = quote;
		words->word[words->count++] = out;
		line += quote;
		while (*line && (quote ? *line != '"' : *line != ' ')) {
			if (quote && *line == '\\' && line[1])
				line++;
			*out++ = *line++;
		}
		if (quote && *line++ != '"')
			return false;
		*out++ = '\0';
	}
	return true;
}

static const struct {
	const char *name;
	enum action action;
} targets[] = {
	{"ACCEPT", ACTION_ACCEPT},   {"DROP", ACTION_DROP},	 {"REJECT", ACTION_DROP},
	{"RETURN", ACTION_RETURN},   {"DNAT", ACTION_REWRITE},	 {"REDIRECT", ACTION_REWRITE},
	{"NETMAP", ACTION_REWRITE},  {"SNAT", ACTION_ACCEPT},	 {"MASQUERADE", ACTION_ACCEPT},
	{"NOTRACK", ACTION_UNTRACK}, {"LOG", ACTION_NONE},	 {"NFLOG", ACTION_NONE},
	{"ULOG", ACTION_NONE},	     {"AUDIT", ACTION_NONE},	 {"TRACE", ACTION_NONE},
	{"MARK", ACTION_NONE},	     {"CONNMARK", ACTION_NONE},	 {"CONNSECMARK", ACTION_NONE},
	{"SECMARK", ACTION_NONE},    {"CLASSIFY", ACTION_NONE},	 {"DSCP", ACTION_NONE},
	{"TOS", ACTION_NONE},	     {"ECN", ACTION_NONE},	 {"TTL", ACTION_NONE},
	{"HL", ACTION_NONE},	     {"TCPMSS", ACTION_NONE},	 {"TCPOPTSTRIP", ACTION_NONE},
	{"CHECKSUM", ACTION_NONE},   {"TEE", ACTION_NONE},	 {"SET", ACTION_NONE},
	{"RATEEST", ACTION_NONE},    {"IDLETIMER", ACTION_NONE},
};

static enum action target_action(const struct words *words, size_t i, const struct chains *chains)
{
	const char *target = words->word[i];

	if (chains_find(chains, target))
		return ACTION_JUMP;
	if (!strcmp(target, "CT")) {
		for (i++; i < words->count; i++)
			if (!strcmp(words->word[i], "--notrack"))
				return ACTION_UNTRACK;
		return ACTION_NONE;
	}
	for (i = 0; i < ARRAY_SIZE(targets); i++)
		if (!strcmp(targets[i].name, target))
			return targets[i].action;
	return ACTION_UNKNOWN;
}

static bool is_option(const struct words *words, size_t i)
{
	return !words->quoted[i] && (words->word[i][0] == '-' || !strcmp(words->word[i], "!"));
}

/* How many words from i on are the values of the option. A comment may look like an option. */
static size_t value_count(const struct words *words, size_t i, const char *option)
{
	size_t n = 0;

	if (!strcmp(option, "--comment"))
		return i < words->count;
	while (i + n < words->count && !is_option(words, i + n))
		n++;
	return n;
}

void iptables_rule(struct walk *walk, const struct rule *rule, const void *context)
{
	struct iptables_option option = {.scene = walk_scene(walk)};
	enum action action = ACTION_NONE;
	enum tri match = TRI_YES;
	const char *module = "", *target = NULL;
	struct words words;

	if (!split(&words, rule->text)) {
		walk_step(walk, rule, TRI_MAYBE, ACTION_UNKNOWN, NULL);
		return;
	}
	for (size_t i = 0; i < words.count && !target; i++) {
		const char *word = words.word[i];

		if (!strcmp(word, "!")) {
			option.negate = true;
			continue;
		}
		option.args = &words.word[i + 1];
		option.arg_count = value_count(&words, i + 1, word);
		i += option.arg_count;
		if (!strcmp(word, "-A")) {
			continue;
		} else if (!strcmp(word, "-m")) {
			module = iptables_arg(&option, 0);
			match = tri_and(match, iptables_module_is(module));
			/* It drops what it can't count. */
			if (!strcmp(module, "connlimit"))
				walk_step(walk, rule, match, ACTION_DROP, NULL);
		} else if (!strcmp(word, "-j") || !strcmp(word, "-g")) {
			target = iptables_arg(&option, 0);
			action = target_action(&words, i - option.arg_count + 1, context);
			if (action == ACTION_JUMP && word[1] == 'g')
				action = ACTION_GOTO;
		} else {
			match = tri_and(match, iptables_option_is(&option, module, word));
		}
		option.negate = false;
	}
	walk_step(walk, rule, match, action, target);
}
