/* SPDX-License-Identifier: MIT */
#include "apply/ufw.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/process.h"

#define UFW_DEADLINE_MS 60000
#define UFW_FILE_MAX (4 * 1024 * 1024)
#define TUPLE "### tuple ### "
#define ROUTE "route:"

/* A tuple line as ufw writes it (src/backend_iptables.py, "### tuple ###"):
 *   allow udp 51820 0.0.0.0/0 any 0.0.0.0/0 in comment=5769…
 *   route:allow any any 0.0.0.0/0 any 0.0.0.0/0 in_wg0
 * The fields: action, protocol, destination port and address, source port and address, direction;
 * an application's name may stand between, which only narrows what we look for. */
struct tuple {
	char action[24], protocol[16], to_port[64], to[64], from_port[64], from[64], direction[64];
	char comment[256]; /* in hexadecimal */
};

/* A rule may log as well: "allow_log", "allow_log-all". */
static bool is_action(const char *action, const char *expected)
{
	size_t len = strlen(expected);

	return !strncmp(action, expected, len) &&
	       (!action[len] || !strncmp(action + len, "_log", 4));
}

static bool is_anywhere(const char *address)
{
	return !strcmp(address, "0.0.0.0/0") || !strcmp(address, "::/0");
}

static bool tuple_parse(struct tuple *t, const char *line, size_t len)
{
	char text[512];

	if (len >= sizeof(text))
		return false;
	memcpy(text, line, len);
	text[len] = '\0';
	t->comment[0] = '\0';
	return sscanf(text, "%23s %15s %63s %63s %63s %63s %63s comment=%255[0-9a-f]", t->action,
		      t->protocol, t->to_port, t->to, t->from_port, t->from, t->direction,
		      t->comment) >= 7;
}

static bool tuple_is(const struct tuple *t, enum ufw_rule rule, uint16_t port,
		     const char *interface)
{
	char number[8], direction[64];

	if (!is_anywhere(t->to) || !is_anywhere(t->from) || strcmp(t->from_port, "any") != 0)
		return false;
	switch (rule) {
	case UFW_LISTEN_PORT:
		snprintf(number, sizeof(number), "%u", (unsigned)port);
		return is_action(t->action, "allow") && !strcmp(t->direction, "in") &&
		       !strcmp(t->to_port, number) &&
		       (!strcmp(t->protocol, "udp") || !strcmp(t->protocol, "any"));
	case UFW_ROUTE_IN:
	case UFW_ROUTE_OUT:
		snprintf(direction, sizeof(direction), "%s_%s", rule == UFW_ROUTE_IN ? "in" : "out",
			 interface);
		return is_action(t->action, ROUTE "allow") && !strcmp(t->direction, direction) &&
		       !strcmp(t->to_port, "any") && !strcmp(t->protocol, "any");
	case UFW_RULE_COUNT:
		break;
	}
	return false;
}

/* The next tuple line at or after *line, which is moved behind it. */
static bool tuple_next(struct tuple *t, const char **line)
{
	while (*line && **line) {
		const char *start = *line;
		size_t len = strcspn(start, "\n");

		*line = start[len] ? start + len + 1 : NULL;
		if (!strncmp(start, TUPLE, strlen(TUPLE)) &&
		    tuple_parse(t, start + strlen(TUPLE), len - strlen(TUPLE)))
			return true;
	}
	return false;
}

bool ufw_rules_have(const char *text, enum ufw_rule rule, uint16_t port, const char *interface)
{
	struct tuple tuple;

	while (tuple_next(&tuple, &text))
		if (tuple_is(&tuple, rule, port, interface))
			return true;
	return false;
}

/* Without the "route:" of those that are about what is forwarded. */
static const char *tuple_action(const struct tuple *t)
{
	return !strncmp(t->action, ROUTE, strlen(ROUTE)) ? t->action + strlen(ROUTE) : t->action;
}

static bool has_action(const struct tuple *t)
{
	static const char *const actions[] = {"allow", "deny", "reject", "limit"};

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (is_action(tuple_action(t), actions[i]))
			return true;
	return false;
}

/* Whether UFW takes it for the same rule as ours, whichever its action is. */
static bool tuple_matches(const struct tuple *t, enum ufw_rule rule, uint16_t port,
			  const char *interface)
{
	struct tuple ours = *t;

	snprintf(ours.action, sizeof(ours.action), "%sallow",
		 tuple_action(t) == t->action ? "" : ROUTE);
	return has_action(t) && (rule != UFW_LISTEN_PORT || !strcmp(t->protocol, "udp")) &&
	       tuple_is(&ours, rule, port, interface);
}

/* "limit:6d696e65", "deny", or "-". */
static void add_before(struct ufw_before *before, const char *text, enum ufw_rule rule,
		       uint16_t port, const char *interface)
{
	size_t len = strlen(before->s);
	struct tuple t;

	while (tuple_next(&t, &text)) {
		if (!tuple_matches(&t, rule, port, interface))
			continue;
		snprintf(before->s + len, sizeof(before->s) - len, "%s%s%s", tuple_action(&t),
			 *t.comment ? ":" : "", t.comment);
		return;
	}
	snprintf(before->s + len, sizeof(before->s) - len, "-");
}

struct ufw_before ufw_before(const char *rules, const char *rules6, enum ufw_rule rule,
			     uint16_t port, const char *interface)
{
	struct ufw_before before = {""};

	add_before(&before, rules, rule, port, interface);
	before.s[strlen(before.s)] = ' '; /* the rest is zero */
	add_before(&before, rules6, rule, port, interface);
	if (!strcmp(before.s, "- -"))
		snprintf(before.s, sizeof(before.s), UFW_ADDED);
	return before;
}

int ufw_read_before(int root, enum ufw_rule rule, uint16_t port, const char *interface,
		    struct ufw_before *before, struct error *err)
{
	CLEANUP(buf_clear) struct buf rules = BUF_INIT, rules6 = BUF_INIT;
	int r = file_read(root, UFW_RULES, UFW_FILE_MAX, &rules, NULL, err);

	if (r == 0 || r == -ENOENT)
		r = file_read(root, UFW_RULES6, UFW_FILE_MAX, &rules6, NULL, err);
	if (r < 0 && r != -ENOENT)
		return error_wrap(err, r, "ufw");
	*before = ufw_before(buf_str(&rules), buf_str(&rules6), rule, port, interface);
	return 0;
}

bool ufw_setting_is(const char *text, const char *key, const char *expected)
{
	size_t key_len = strlen(key), expected_len = strlen(expected);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *value;

		line += *line == '\n';
		line += strspn(line, " \t");
		if (strncmp(line, key, key_len) != 0 || line[key_len] != '=')
			continue;
		value = line + key_len + 1;
		value += *value == '"' || *value == '\'';
		return !strncasecmp(value, expected, expected_len) &&
		       strchr("\"' \t\n", value[expected_len]);
	}
	return false;
}

struct ufw_rule_text ufw_rule_text(enum ufw_rule rule, uint16_t port, const char *interface)
{
	struct ufw_rule_text text = {""};

	if (rule == UFW_LISTEN_PORT)
		snprintf(text.s, sizeof(text.s), "allow %u/udp comment WireGuard", (unsigned)port);
	else
		snprintf(text.s, sizeof(text.s), "route allow %s on %s",
			 rule == UFW_ROUTE_IN ? "in" : "out", interface);
	return text;
}

struct ufw_rule_text ufw_delete_text(enum ufw_rule rule, uint16_t port, const char *interface)
{
	struct ufw_rule_text text = {""};

	if (rule == UFW_LISTEN_PORT)
		snprintf(text.s, sizeof(text.s), "delete allow %u/udp", (unsigned)port);
	else
		snprintf(text.s, sizeof(text.s), "route delete allow %s on %s",
			 rule == UFW_ROUTE_IN ? "in" : "out", interface);
	return text;
}

bool ufw_rule_parse(const char *text, enum ufw_rule *rule, uint16_t *port,
		    struct link_name *interface)
{
	static const char in[] = "route allow in on ", out[] = "route allow out on ";
	unsigned number;

	if (!strncmp(text, in, strlen(in))) {
		*rule = UFW_ROUTE_IN;
		return link_name_parse(interface, text + strlen(in));
	}
	if (!strncmp(text, out, strlen(out))) {
		*rule = UFW_ROUTE_OUT;
		return link_name_parse(interface, text + strlen(out));
	}
	*rule = UFW_LISTEN_PORT;
	if (sscanf(text, "allow %5u/udp", &number) != 1 || number > UINT16_MAX)
		return false;
	*port = (uint16_t)number;
	return !strcmp(text, ufw_rule_text(UFW_LISTEN_PORT, *port, "").s);
}

/* The last line that a program printed is the one that says why it failed. */
static const char *last_line(struct buf *output)
{
	char *start;

	while (output->len && output->data[output->len - 1] == '\n')
		output->data[--output->len] = '\0';
	start = output->data ? strrchr(output->data, '\n') : NULL;
	return start ? start + 1 : buf_str(output);
}

static int ufw_run(const char *const argv[], const char *what, struct error *err)
{
	CLEANUP(buf_clear) struct buf output = BUF_INIT;
	struct process process = {
		.argv = argv, .input = -1, .extra = -1, .deadline_ms = UFW_DEADLINE_MS};
	int status = process_run(&process, &output, err);

	if (status < 0)
		return error_wrap(err, status, "ufw %s", what);
	if (status > 0)
		return error_set(err, -EPROTO, _("ufw %s: exit status %d: %s"), what, status,
				 last_line(&output));
	return 0;
}

int ufw_add(enum ufw_rule rule, uint16_t port, const char *interface, struct error *err)
{
	const char *direction = rule == UFW_ROUTE_IN ? "in" : "out";
	char listen[16];
	const char *const allow[] = {"ufw", "allow", listen, "comment", "WireGuard", NULL};
	const char *const route[] = {"ufw", "route", "allow", direction, "on", interface, NULL};

	snprintf(listen, sizeof(listen), "%u/udp", (unsigned)port);
	return ufw_run(rule == UFW_LISTEN_PORT ? allow : route,
		       ufw_rule_text(rule, port, interface).s, err);
}

int ufw_delete(enum ufw_rule rule, uint16_t port, const char *interface, struct error *err)
{
	const char *direction = rule == UFW_ROUTE_IN ? "in" : "out";
	char listen[16];
	const char *const allow[] = {"ufw", "delete", "allow", listen, NULL};
	const char *const route[] = {"ufw",	"route", "delete",  "allow",
				     direction, "on",	 interface, NULL};

	snprintf(listen, sizeof(listen), "%u/udp", (unsigned)port);
	return ufw_run(rule == UFW_LISTEN_PORT ? allow : route,
		       ufw_delete_text(rule, port, interface).s, err);
}

/* The comment's text; what is no text of hexadecimal digits is none. */
static void decode_comment(char *out, size_t size, const char *hex)
{
	size_t len = 0;
	unsigned byte;

	for (; len + 1 < size && sscanf(hex, "%2x", &byte) == 1 && hex[1]; hex += 2)
		out[len++] = (char)byte;
	out[len] = '\0';
}

struct arguments {
	const char *argv[24];
	size_t count;
};

static void add_word(struct arguments *arguments, const char *word)
{
	arguments->argv[arguments->count++] = word;
}

/* Our rule of one family: with another action, or deleted (NULL). */
static int change_family(enum ufw_rule rule, uint16_t port, const char *interface, bool ipv6,
			 const char *action, const char *comment, struct error *err)
{
	struct arguments words = {{"ufw"}, 1};
	const char *log = action ? strchr(action, '_') : NULL;
	char verb[24] = "allow", number[8];

	if (action)
		snprintf(verb, sizeof(verb), "%.*s", (int)strcspn(action, "_"), action);
	snprintf(number, sizeof(number), "%u", (unsigned)port);
	if (rule != UFW_LISTEN_PORT)
		add_word(&words, "route");
	if (!action)
		add_word(&words, "delete");
	add_word(&words, verb);
	if (rule != UFW_LISTEN_PORT) {
		add_word(&words, rule == UFW_ROUTE_IN ? "in" : "out");
		add_word(&words, "on");
		add_word(&words, interface);
	}
	if (log)
		add_word(&words, log + 1);
	if (rule == UFW_LISTEN_PORT) {
		add_word(&words, "proto");
		add_word(&words, "udp");
	}
	add_word(&words, "from");
	add_word(&words, ipv6 ? "::/0" : "0.0.0.0/0");
	if (rule == UFW_LISTEN_PORT) {
		add_word(&words, "to");
		add_word(&words, "any");
		add_word(&words, "port");
		add_word(&words, number);
	}
	if (action) {
		add_word(&words, "comment");
		add_word(&words, comment);
	}
	return ufw_run(words.argv, ufw_delete_text(rule, port, interface).s, err);
}

int ufw_take_back(enum ufw_rule rule, uint16_t port, const char *interface, const char *before,
		  struct error *err)
{
	char family[2][320] = {"", ""}, comment[128] = "";
	int r = 0;

	if (!strcmp(before, UFW_ADDED) || sscanf(before, "%319s %319s", family[0], family[1]) != 2)
		return ufw_delete(rule, port, interface, err);
	for (int i = 0; r == 0 && i < 2; i++) {
		char *colon = strchr(family[i], ':');

		decode_comment(comment, sizeof(comment), colon ? colon + 1 : "");
		if (colon)
			*colon = '\0';
		r = change_family(rule, port, interface, i == 1,
				  strcmp(family[i], "-") != 0 ? family[i] : NULL, comment, err);
	}
	return r;
}
