/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "firewall/iptables.h"

/* One rule of iptables-save(8), iptables-extensions(8), beside a packet. */

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

struct rule_state {
	const struct scene *scene;
	const char *const *args; /* of the option at hand */
	size_t arg_count;
	bool negate;
};

static const char *arg(const struct rule_state *state, size_t n)
{
	return n < state->arg_count ? state->args[n] : "";
}

/* Calls one for each part of a list with commas, and ors the results. */
static enum tri any_of(const struct scene *scene, const char *list,
		       enum tri (*one)(const struct scene *scene, const char *part))
{
	enum tri any = TRI_NO;
	char part[64];

	for (size_t len; *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (len >= sizeof(part))
			return TRI_MAYBE;
		snprintf(part, sizeof(part), "%.*s", (int)len, list);
		any = tri_or(any, one(scene, part));
	}
	return any;
}

static bool number(const char *text, unsigned *value)
{
	char *end;

	*value = (unsigned)strtoul(text, &end, 0);
	return end != text && !*end;
}

static enum tri is_protocol(const struct rule_state *state)
{
	static const struct {
		const char *name;
		uint8_t protocol;
	} known[] = {
		{"udp", IPPROTO_UDP},	       {"tcp", IPPROTO_TCP},	   {"icmp", IPPROTO_ICMP},
		{"ipv6-icmp", IPPROTO_ICMPV6}, {"icmpv6", IPPROTO_ICMPV6},
	};
	const char *name = arg(state, 0);
	uint8_t protocol = state->scene->flow->protocol;
	unsigned value;

	if (!strcmp(name, "all") || !strcmp(name, "0"))
		return TRI_YES;
	if (number(name, &value))
		return tri_of(value == protocol);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].name, name))
			return tri_of(known[i].protocol == protocol);
	return TRI_NO; /* some other one */
}

static enum tri address_is(const struct scene *scene, const struct flow_end *end, const char *text)
{
	struct in6_addr low, high;

	if (!address_range(text, &low, &high))
		return TRI_MAYBE;
	return flow_end_within(scene->flow, end, &low, &high);
}

static enum tri is_source(const struct rule_state *state)
{
	return address_is(state->scene, &state->scene->flow->source, arg(state, 0));
}

static enum tri is_destination(const struct rule_state *state)
{
	return address_is(state->scene, &state->scene->flow->destination, arg(state, 0));
}

static enum tri is_in(const struct rule_state *state)
{
	return scene_in_is(state->scene, arg(state, 0), '+');
}

static enum tri is_out(const struct rule_state *state)
{
	return scene_out_is(state->scene, arg(state, 0), '+');
}

static enum tri never(const struct rule_state *state)
{
	(void)state;
	return TRI_NO;
}

static enum tri always(const struct rule_state *state)
{
	(void)state;
	return TRI_YES;
}

/* "51820", "1000:2000", ":1024", "1024:" */
static bool port_range(const char *text, unsigned *low, unsigned *high)
{
	const char *colon = strchr(text, ':');
	char first[16];

	if (!colon) {
		bool valid = number(text, low);

		*high = *low;
		return valid;
	}
	snprintf(first, sizeof(first), "%.*s", (int)(colon - text), text);
	*low = 0;
	*high = UINT16_MAX;
	return (!*first || number(first, low)) && (!colon[1] || number(colon + 1, high));
}

static enum tri port_is(const struct scene *scene, const char *text)
{
	unsigned low, high;

	if (!port_range(text, &low, &high))
		return TRI_MAYBE;
	return flow_port_within(scene->flow, low, high);
}

static enum tri source_port_is(const struct scene *scene, const char *text)
{
	unsigned low, high;

	if (!port_range(text, &low, &high))
		return TRI_MAYBE;
	return flow_source_port_within(scene->flow, low, high);
}

static enum tri either_port_is(const struct scene *scene, const char *text)
{
	return tri_or(port_is(scene, text), source_port_is(scene, text));
}

static enum tri is_port(const struct rule_state *state)
{
	return any_of(state->scene, arg(state, 0), port_is);
}

static enum tri is_source_port(const struct rule_state *state)
{
	return any_of(state->scene, arg(state, 0), source_port_is);
}

static enum tri is_either_port(const struct rule_state *state)
{
	return any_of(state->scene, arg(state, 0), either_port_is);
}

/* "8/0" has the code, too. */
static enum tri is_icmp_type(const struct rule_state *state)
{
	unsigned actual = flow_icmp_type(state->scene->flow);
	const char *text = arg(state, 0);
	char *end;
	unsigned long type = strtoul(text, &end, 10);

	if (!strcmp(text, "any"))
		return TRI_YES;
	if (end == text)
		return TRI_MAYBE; /* it saves numbers */
	if (*end == '/' && strcmp(end, "/0") != 0)
		return TRI_NO;
	return tri_of(type == actual);
}

/* "FIN,SYN,RST,ACK SYN": of the first, just the second are set. The first packet of a connection
 * has SYN, and perhaps what ECN adds; later ones have ACK, and perhaps PSH or URG. */
static enum tri is_tcp_flags(const struct rule_state *state)
{
	const char *mask = arg(state, 0), *set = arg(state, 1);
	const char *flag = state->scene->flow->established ? "ACK" : "SYN";

	if (strstr(mask, "ECE") || strstr(mask, "CWR") || !strcmp(mask, "ALL"))
		return TRI_MAYBE;
	if (state->scene->flow->established && (strstr(mask, "PSH") || strstr(mask, "URG")))
		return TRI_MAYBE;
	return tri_of(!strcmp(set, strstr(mask, flag) ? flag : "NONE"));
}

static enum tri state_is(const struct scene *scene, const char *name)
{
	static const struct {
		const char *name;
		unsigned state;
	} known[] = {
		{"INVALID", CT_INVALID},
		{"ESTABLISHED", CT_ESTABLISHED},
		{"RELATED", CT_RELATED},
		{"NEW", CT_NEW},
		{"DNAT", 0},
		{"SNAT", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].name, name))
			return scene_state_in(scene, known[i].state);
	return !strcmp(name, "UNTRACKED") ? scene_state_in(scene, CT_UNTRACKED) : TRI_MAYBE;
}

/* As one set: the states exclude each other, so that several together can be certain. */
static enum tri is_state(const struct rule_state *state)
{
	const struct scene *scene = state->scene;
	struct scene one = *scene;
	enum tri all = TRI_YES, any = TRI_NO;

	for (unsigned bit = 1; bit <= CT_UNTRACKED; bit <<= 1) {
		enum tri here;

		if (!(scene->states & bit))
			continue;
		one.states = bit;
		here = any_of(&one, arg(state, 0), state_is);
		all = tri_and(all, here);
		any = tri_or(any, here);
	}
	if (all == any)
		return any;
	return TRI_MAYBE;
}

/* xt_addrtype asks the routes. Of several types, IPv6 has only some be alternatives. */
static enum tri type_is(const char *types, enum address_type type, bool ipv4)
{
	bool local = type == ADDRESS_LOCAL, multicast = type == ADDRESS_MULTICAST;

	if (!strcmp(types, "LOCAL"))
		return multicast ? TRI_MAYBE : tri_of(local);
	if (!strcmp(types, "UNICAST"))
		return tri_of(!multicast && (!local || !ipv4));
	if (!strcmp(types, "MULTICAST"))
		return tri_of(multicast);
	if (ipv4 && !strcmp(types, "BROADCAST"))
		return TRI_NO;
	if (!ipv4 || multicast)
		return TRI_MAYBE;
	return tri_of(strstr(types, local ? "LOCAL" : "UNICAST"));
}

static enum tri is_source_type(const struct rule_state *state)
{
	const struct flow *flow = state->scene->flow;

	return type_is(arg(state, 0), flow_source_type(flow), flow->family == AF_INET);
}

static enum tri is_destination_type(const struct rule_state *state)
{
	const struct flow *flow = state->scene->flow;

	return type_is(arg(state, 0), flow_destination_type(flow), flow->family == AF_INET);
}

static enum tri is_hop_limit(const struct rule_state *state)
{
	unsigned limit;

	if (!number(arg(state, 0), &limit))
		return TRI_MAYBE;
	return flow_hop_limit_is(state->scene->flow, limit);
}

/* "10.0.0.1-10.0.0.9" */
static enum tri within(const struct scene *scene, const struct flow_end *end, const char *text)
{
	const char *dash = strchr(text, '-');
	struct in6_addr low, high, unused;
	char first[64];

	if (!dash || (size_t)(dash - text) >= sizeof(first))
		return TRI_MAYBE;
	snprintf(first, sizeof(first), "%.*s", (int)(dash - text), text);
	if (!address_range(first, &low, &unused) || !address_range(dash + 1, &unused, &high))
		return TRI_MAYBE;
	return flow_end_within(scene->flow, end, &low, &high);
}

static enum tri is_source_range(const struct rule_state *state)
{
	return within(state->scene, &state->scene->flow->source, arg(state, 0));
}

static enum tri is_destination_range(const struct rule_state *state)
{
	return within(state->scene, &state->scene->flow->destination, arg(state, 0));
}

static enum tri is_packet_type(const struct rule_state *state)
{
	const struct flow *flow = state->scene->flow;
	bool multicast = flow_destination_type(flow) == ADDRESS_MULTICAST;

	if (flow->path == FLOW_OUTPUT)
		return TRI_MAYBE; /* known once it is on the link */
	return tri_of(!strcmp(arg(state, 0), multicast ? "multicast" : "unicast"));
}

static enum tri is_ipsec(const struct rule_state *state)
{
	return tri_of(!strcmp(arg(state, 0), "none"));
}

static enum tri is_direction(const struct rule_state *state)
{
	if (!flow_is_new(state->scene->flow))
		return TRI_MAYBE;
	return tri_of(!strcmp(arg(state, 0), "ORIGINAL"));
}

/* What a match says about the packet. The modules that are not here are not understood. */
static const struct option {
	const char *module, *name;
	enum tri (*judge)(const struct rule_state *state);
} options[] = {
	{"", "-p", is_protocol},
	{"", "-s", is_source},
	{"", "-d", is_destination},
	{"", "-i", is_in},
	{"", "-o", is_out},
	{"", "-f", never}, /* a further fragment */
	{"udp", "--dport", is_port},
	{"udp", "--sport", is_source_port},
	{"tcp", "--dport", is_port},
	{"tcp", "--sport", is_source_port},
	{"tcp", "--tcp-flags", is_tcp_flags},
	{"multiport", "--dports", is_port},
	{"multiport", "--sports", is_source_port},
	{"multiport", "--ports", is_either_port},
	{"icmp", "--icmp-type", is_icmp_type},
	{"icmp6", "--icmpv6-type", is_icmp_type},
	{"conntrack", "--ctstate", is_state},
	{"conntrack", "--ctdir", is_direction},
	{"state", "--state", is_state},
	{"comment", "--comment", always},
	{"addrtype", "--src-type", is_source_type},
	{"addrtype", "--dst-type", is_destination_type},
	{"hl", "--hl-eq", is_hop_limit},
	{"ttl", "--ttl-eq", is_hop_limit},
	{"iprange", "--src-range", is_source_range},
	{"iprange", "--dst-range", is_destination_range},
	{"pkttype", "--pkt-type", is_packet_type},
	{"policy", "--dir", always},
	{"policy", "--pol", is_ipsec},
	{"rpfilter", "--invert", never}, /* the routes lead back to the source */
	{"rpfilter", "--loose", always},
	{"rpfilter", "--validmark", always},
	{"rpfilter", "--accept-local", always},
};

/* Modules that look for what the packet does not have, and then take none, "!" or not. */
static const char *const absent[] = {"rt", "frag", "hbh", "dst", "ah", "esp", "mh", "sctp", "dccp"};

static bool is_known_module(const char *module)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(options[i].module, module))
			return true;
	return false;
}

static enum tri module_is(const char *module)
{
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (!strcmp(absent[i], module))
			return TRI_NO;
	return is_known_module(module) ? TRI_YES : TRI_MAYBE;
}

static enum tri option_is(const struct rule_state *state, const char *module, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option *option = &options[i];

		if (strcmp(option->name, name) != 0)
			continue;
		if (name[1] == '-' && strcmp(option->module, module) != 0)
			continue;
		return state->negate ? tri_not(option->judge(state)) : option->judge(state);
	}
	return TRI_MAYBE;
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
	struct rule_state state = {.scene = walk_scene(walk)};
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
			state.negate = true;
			continue;
		}
		state.args = &words.word[i + 1];
		state.arg_count = value_count(&words, i + 1, word);
		i += state.arg_count;
		if (!strcmp(word, "-A")) {
			continue;
		} else if (!strcmp(word, "-m")) {
			module = arg(&state, 0);
			match = tri_and(match, module_is(module));
			/* It drops what it can't count. */
			if (!strcmp(module, "connlimit"))
				walk_step(walk, rule, match, ACTION_DROP, NULL);
		} else if (!strcmp(word, "-j") || !strcmp(word, "-g")) {
			target = arg(&state, 0);
			action = target_action(&words, i - state.arg_count + 1, context);
			if (action == ACTION_JUMP && word[1] == 'g')
				action = ACTION_GOTO;
		} else {
			match = tri_and(match, option_is(&state, module, word));
		}
		state.negate = false;
	}
	walk_step(walk, rule, match, action, target);
}
