/* SPDX-License-Identifier: MIT */
/* UFW's rule files, and the text of a rule as the state keeps it. */
#include "apply/ufw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "fuzz.h"

#define PORT 51820
#define INTERFACE "wg0"
#define TUPLE "### tuple ### "
#define WORDS_MAX 7

/* The line's words, counted up to WORDS_MAX. */
static size_t split(char *line, char *words[WORDS_MAX])
{
	size_t count = 0;
	char *save = NULL;

	for (char *word = strtok_r(line, " \t\r\v\f", &save); word && count < WORDS_MAX;
	     word = strtok_r(NULL, " \t\r\v\f", &save))
		words[count++] = word;
	return count;
}

static bool is_any(const char *address)
{
	return !strcmp(address, "0.0.0.0/0") || !strcmp(address, "::/0");
}

static bool is_allow(const char *action, const char *allow)
{
	size_t len = strlen(allow);

	return !strncmp(action, allow, len) && (!action[len] || !strncmp(action + len, "_log", 4));
}

/* The same question, asked of the words by themselves. */
static bool words_have(char *const words[WORDS_MAX], enum ufw_rule rule)
{
	bool listen = rule == UFW_LISTEN_PORT;
	const char *direction = rule == UFW_ROUTE_IN ? "in_" INTERFACE : "out_" INTERFACE;

	return is_allow(words[0], listen ? "allow" : "route:allow") &&
	       (!strcmp(words[1], "any") || (listen && !strcmp(words[1], "udp"))) &&
	       !strcmp(words[2], listen ? "51820" : "any") && is_any(words[3]) &&
	       !strcmp(words[4], "any") && is_any(words[5]) &&
	       !strcmp(words[6], listen ? "in" : direction);
}

static bool text_has(const char *text, enum ufw_rule rule)
{
	CLEANUP(cleanup_free) char *copy = strdup(text);
	char *save = NULL, *words[WORDS_MAX];

	FUZZ_ASSERT(copy);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (!strncmp(line, TUPLE, strlen(TUPLE)) &&
		    split(line + strlen(TUPLE), words) == WORDS_MAX && words_have(words, rule))
			return true;
	return false;
}

/* A rule that is taken for ours when it isn't leaves the port closed. */
static void check_rules(const char *text)
{
	for (int rule = 0; rule < UFW_RULE_COUNT; rule++) {
		char v4[320], v6[320], rest;
		struct ufw_before before;

		if (ufw_rules_have(text, (enum ufw_rule)rule, PORT, INTERFACE))
			FUZZ_ASSERT(text_has(text, (enum ufw_rule)rule));
		before = ufw_before(text, text, (enum ufw_rule)rule, PORT, INTERFACE);
		FUZZ_ASSERT(memchr(before.s, '\0', sizeof(before.s)));
		/* What is read back when the rule is taken back. */
		if (strcmp(before.s, UFW_ADDED) != 0) {
			FUZZ_ASSERT(sscanf(before.s, "%319s %319s%c", v4, v6, &rest) == 2);
			FUZZ_ASSERT(!strcmp(v4, v6));
		}
	}
}

static void check_text(const char *text)
{
	struct link_name interface = {INTERFACE};
	enum ufw_rule rule = UFW_RULE_COUNT;
	uint16_t port = PORT;

	if (ufw_rule_parse(text, &rule, &port, &interface)) {
		FUZZ_ASSERT(!strcmp(ufw_rule_text(rule, port, interface.s).s, text));
		FUZZ_ASSERT(fuzz_is_shown(text));
	}
}

/* What is written for any port and interface is read as the same. */
static void check_round(const uint8_t *data, size_t size, const char *text)
{
	struct link_name name, read_name = {""};
	uint16_t port = PORT, read_port = 0;

	if (size >= 2)
		port = (uint16_t)(data[0] << 8 | data[1]);
	if (!link_name_parse(&name, text))
		name = (struct link_name){INTERFACE};
	for (int rule = 0; rule < UFW_RULE_COUNT; rule++) {
		struct ufw_rule_text written = ufw_rule_text((enum ufw_rule)rule, port, name.s);
		enum ufw_rule read = UFW_RULE_COUNT;

		FUZZ_ASSERT(ufw_rule_parse(written.s, &read, &read_port, &read_name));
		FUZZ_ASSERT((int)read == rule);
	}
	FUZZ_ASSERT(read_port == port && !strcmp(read_name.s, name.s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);

	check_rules(text);
	check_text(text);
	check_round(data, size, text);
	ufw_setting_is(text, "ENABLED", "yes");
	ufw_setting_is(text, "IPV6", "no");
	return 0;
}
