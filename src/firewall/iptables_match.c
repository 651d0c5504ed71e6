/* SPDX-License-Identifier: MIT */
#include "firewall/iptables_match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

const char *iptables_arg(const struct iptables_option *option, size_t n)
{
	return n < option->arg_count ? option->args[n] : "";
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

static enum tri is_protocol(const struct iptables_option *option)
{
	const char *name = iptables_arg(option, 0);
	unsigned value;

	if (!strcmp(name, "all") || !strcmp(name, "0"))
		return TRI_YES;
	if (number(name, &value))
		return tri_of(value == option->scene->flow->protocol);
	return tri_of(flow_protocol_is(option->scene->flow, name));
}

static enum tri address_is(const struct scene *scene, const struct flow_end *end, const char *text)
{
	struct in6_addr low, high;

	if (!address_range(text, &low, &high))
		return TRI_MAYBE;
	return flow_end_within(scene->flow, end, &low, &high);
}

static enum tri is_source(const struct iptables_option *option)
{
	return address_is(option->scene, &option->scene->flow->source, iptables_arg(option, 0));
}

static enum tri is_destination(const struct iptables_option *option)
{
	return address_is(option->scene, &option->scene->flow->destination,
			  iptables_arg(option, 0));
}

static enum tri is_in(const struct iptables_option *option)
{
	return scene_in_is(option->scene, iptables_arg(option, 0), '+');
}

static enum tri is_out(const struct iptables_option *option)
{
	return scene_out_is(option->scene, iptables_arg(option, 0), '+');
}

static enum tri never(const struct iptables_option *option)
{
	(void)option;
	return TRI_NO;
}

static enum tri always(const struct iptables_option *option)
{
	(void)option;
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

static enum tri is_port(const struct iptables_option *option)
{
	return any_of(option->scene, iptables_arg(option, 0), port_is);
}

static enum tri is_source_port(const struct iptables_option *option)
{
	return any_of(option->scene, iptables_arg(option, 0), source_port_is);
}

static enum tri is_either_port(const struct iptables_option *option)
{
	return any_of(option->scene, iptables_arg(option, 0), either_port_is);
}

/* "8/0" has the code, too. */
static enum tri is_icmp_type(const struct iptables_option *option)
{
	unsigned actual = flow_icmp_type(option->scene->flow);
	const char *text = iptables_arg(option, 0);
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
static enum tri is_tcp_flags(const struct iptables_option *option)
{
	const char *mask = iptables_arg(option, 0), *set = iptables_arg(option, 1);
	const char *flag = option->scene->flow->established ? "ACK" : "SYN";

	if (strstr(mask, "ECE") || strstr(mask, "CWR") || !strcmp(mask, "ALL"))
		return TRI_MAYBE;
	if (option->scene->flow->established && (strstr(mask, "PSH") || strstr(mask, "URG")))
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
static enum tri is_state(const struct iptables_option *option)
{
	const struct scene *scene = option->scene;
	struct scene one = *scene;
	enum tri all = TRI_YES, any = TRI_NO;

	for (unsigned bit = 1; bit <= CT_UNTRACKED; bit <<= 1) {
		enum tri here;

		if (!(scene->states & bit))
			continue;
		one.states = bit;
		here = any_of(&one, iptables_arg(option, 0), state_is);
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

static enum tri is_source_type(const struct iptables_option *option)
{
	const struct flow *flow = option->scene->flow;

	return type_is(iptables_arg(option, 0), flow_source_type(flow), flow->family == AF_INET);
}

static enum tri is_destination_type(const struct iptables_option *option)
{
	const struct flow *flow = option->scene->flow;

	return type_is(iptables_arg(option, 0), flow_destination_type(flow),
		       flow->family == AF_INET);
}

static enum tri is_hop_limit(const struct iptables_option *option)
{
	unsigned limit;

	if (!number(iptables_arg(option, 0), &limit))
		return TRI_MAYBE;
	return flow_hop_limit_is(option->scene->flow, limit);
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

static enum tri is_source_range(const struct iptables_option *option)
{
	return within(option->scene, &option->scene->flow->source, iptables_arg(option, 0));
}

static enum tri is_destination_range(const struct iptables_option *option)
{
	return within(option->scene, &option->scene->flow->destination, iptables_arg(option, 0));
}

static enum tri is_packet_type(const struct iptables_option *option)
{
	const struct flow *flow = option->scene->flow;
	bool multicast = flow_destination_type(flow) == ADDRESS_MULTICAST;

	if (flow->path == FLOW_OUTPUT)
		return TRI_MAYBE; /* known once it is on the link */
	return tri_of(!strcmp(iptables_arg(option, 0), multicast ? "multicast" : "unicast"));
}

static enum tri is_ipsec(const struct iptables_option *option)
{
	return tri_of(!strcmp(iptables_arg(option, 0), "none"));
}

static enum tri is_direction(const struct iptables_option *option)
{
	if (!flow_is_new(option->scene->flow))
		return TRI_MAYBE;
	return tri_of(!strcmp(iptables_arg(option, 0), "ORIGINAL"));
}

/* What a match says about the packet. The modules that are not here are not understood. */
static const struct known {
	const char *module, *name;
	enum tri (*judge)(const struct iptables_option *option);
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

enum tri iptables_module_is(const char *module)
{
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (!strcmp(absent[i], module))
			return TRI_NO;
	return is_known_module(module) ? TRI_YES : TRI_MAYBE;
}

enum tri iptables_option_is(const struct iptables_option *option, const char *module,
			    const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct known *known = &options[i];

		if (strcmp(known->name, name) != 0)
			continue;
		if (name[1] == '-' && strcmp(known->module, module) != 0)
			continue;
		return option->negate ? tri_not(known->judge(option)) : known->judge(option);
	}
	return TRI_MAYBE;
}
