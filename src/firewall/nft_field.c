/* SPDX-License-Identifier: MIT */
#include "firewall/nft_field.h"

#include <cjson/cJSON.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"

const cJSON *nft_member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

bool nft_member_is(const cJSON *object, const char *name, const char *value)
{
	const char *text = cJSON_GetStringValue(nft_member(object, name));

	return text && !strcmp(text, value);
}

bool nft_is_text(const cJSON *value, const char *text)
{
	return cJSON_IsString(value) && !strcmp(value->valuestring, text);
}

static const struct {
	const char *kind, *name; /* the member that names it */
	enum nft_field field;
} fields[] = {
	{"meta", "iifname", FIELD_IN},	      {"meta", "iif", FIELD_IN},
	{"meta", "oifname", FIELD_OUT},	      {"meta", "oif", FIELD_OUT},
	{"meta", "l4proto", FIELD_PROTOCOL},  {"meta", "nfproto", FIELD_FAMILY},
	{"meta", "protocol", FIELD_FAMILY},   {"meta", "pkttype", FIELD_PACKET_TYPE},
	{"meta", "ipsec", FIELD_IPSEC},	      {"meta", "secpath", FIELD_IPSEC},
	{"ct", "state", FIELD_STATE},	      {"ct", "status", FIELD_STATUS},
	{"ct", "direction", FIELD_DIRECTION},
};

static const struct {
	const char *protocol, *name;
	enum nft_field field;
} payloads[] = {
	{"ip", "saddr", FIELD_SOURCE},	     {"ip", "daddr", FIELD_DESTINATION},
	{"ip", "protocol", FIELD_PROTOCOL},  {"ip", "ttl", FIELD_HOP_LIMIT},
	{"ip6", "saddr", FIELD_SOURCE},	     {"ip6", "daddr", FIELD_DESTINATION},
	{"ip6", "nexthdr", FIELD_PROTOCOL},  {"ip6", "hoplimit", FIELD_HOP_LIMIT},
	{"udp", "sport", FIELD_SOURCE_PORT}, {"udp", "dport", FIELD_PORT},
	{"tcp", "sport", FIELD_SOURCE_PORT}, {"tcp", "dport", FIELD_PORT},
	{"th", "sport", FIELD_SOURCE_PORT},  {"th", "dport", FIELD_PORT},
	{"icmp", "type", FIELD_ICMP_TYPE},   {"icmp", "code", FIELD_ICMP_CODE},
	{"icmpv6", "type", FIELD_ICMP_TYPE}, {"icmpv6", "code", FIELD_ICMP_CODE},
};

/* A flag of fib: an array, or one by itself. */
static bool has_flag(const cJSON *fib, const char *name)
{
	const cJSON *flags = nft_member(fib, "flags"), *flag;

	if (nft_is_text(flags, name))
		return true;
	cJSON_ArrayForEach(flag, flags)
	{
		if (nft_is_text(flag, name))
			return true;
	}
	return false;
}

static enum nft_field fib_field(const cJSON *fib)
{
	if (nft_member_is(fib, "result", "type"))
		return has_flag(fib, "saddr") ? FIELD_FIB_SOURCE_TYPE : FIELD_FIB_TYPE;
	return has_flag(fib, "saddr") ? FIELD_FIB_BACK : FIELD_OTHER;
}

enum nft_field nft_field_of(const cJSON *left)
{
	const cJSON *expression = left->child;
	const char *kind = expression ? expression->string : NULL;

	if (!kind)
		return FIELD_OTHER;
	if (!strcmp(kind, "payload")) {
		for (size_t i = 0; i < ARRAY_SIZE(payloads); i++)
			if (nft_member_is(expression, "protocol", payloads[i].protocol) &&
			    nft_member_is(expression, "field", payloads[i].name))
				return payloads[i].field;
		return FIELD_OTHER;
	}
	if (!strcmp(kind, "fib"))
		return fib_field(expression);
	if (!strcmp(kind, "exthdr"))
		return FIELD_EXTENSION;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (!strcmp(fields[i].kind, kind) &&
		    nft_member_is(expression, "key", fields[i].name))
			return fields[i].field;
	return FIELD_OTHER;
}

static enum tri payload_applies(const struct flow *flow, const cJSON *payload)
{
	static const struct {
		const char *name;
		int protocol, family; /* 0: any */
	} known[] = {
		{"ip", 0, AF_INET},
		{"ip6", 0, AF_INET6},
		{"udp", IPPROTO_UDP, 0},
		{"tcp", IPPROTO_TCP, 0},
		{"icmp", IPPROTO_ICMP, 0},
		{"icmpv6", IPPROTO_ICMPV6, 0},
		{"sctp", IPPROTO_SCTP, 0},
		{"dccp", IPPROTO_DCCP, 0},
		{"udplite", IPPROTO_UDPLITE, 0},
		{"ah", IPPROTO_AH, 0},
		{"esp", IPPROTO_ESP, 0},
		{"comp", IPPROTO_COMP, 0},
	};

	if (nft_member_is(payload, "protocol", "th") && flow_has_ports(flow))
		return TRI_YES;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (nft_member_is(payload, "protocol", known[i].name))
			return tri_of((!known[i].protocol || known[i].protocol == flow->protocol) &&
				      (!known[i].family || known[i].family == flow->family));
	return TRI_MAYBE;
}

enum tri nft_applies(const struct scene *scene, const cJSON *left)
{
	const cJSON *expression = left->child, *part;
	enum tri all = TRI_YES;

	if (!expression || !expression->string)
		return TRI_YES;
	if (!strcmp(expression->string, "payload"))
		return payload_applies(scene->flow, expression);
	if (!strcmp(expression->string, "exthdr")) /* of IPv6 */
		return tri_of(scene->flow->family == AF_INET6);
	/* concat, and the operators & | ^ << >> */
	if (cJSON_IsArray(expression))
		cJSON_ArrayForEach(part, expression)
		{
			all = tri_and(all, nft_applies(scene, part));
		}
	return all;
}

static enum tri protocol_is(const struct flow *flow, const cJSON *value)
{
	if (cJSON_IsNumber(value))
		return tri_of(value->valueint == flow->protocol);
	return cJSON_IsString(value) ? tri_of(flow_protocol_is(flow, value->valuestring))
				     : TRI_MAYBE;
}

static enum tri family_is(const struct flow *flow, const cJSON *value)
{
	if (nft_is_text(value, "ipv4") || nft_is_text(value, "ip"))
		return tri_of(flow->family == AF_INET);
	if (nft_is_text(value, "ipv6") || nft_is_text(value, "ip6"))
		return tri_of(flow->family == AF_INET6);
	return cJSON_IsString(value) ? TRI_NO : TRI_MAYBE; /* "arp", "vlan" */
}

static enum tri address_is(const struct flow *flow, const struct flow_end *end, const cJSON *value)
{
	const cJSON *prefix = nft_member(value, "prefix"), *len = nft_member(prefix, "len");
	const cJSON *range = nft_member(value, "range");
	const char *text = cJSON_GetStringValue(prefix ? nft_member(prefix, "addr") : value);
	const char *first = cJSON_GetStringValue(cJSON_GetArrayItem(range, 0));
	const char *last = cJSON_GetStringValue(cJSON_GetArrayItem(range, 1));
	struct in6_addr low, high, unused;

	if (first && last) {
		if (!address_range(first, &low, &unused) || !address_range(last, &unused, &high))
			return TRI_MAYBE;
	} else if (text && cJSON_IsNumber(len) && len->valueint >= 0) {
		if (!address_prefix(text, (unsigned)len->valueint, &low, &high))
			return TRI_MAYBE;
	} else if (!text || !address_range(text, &low, &high)) {
		return TRI_MAYBE;
	}
	return flow_end_within(flow, end, &low, &high);
}

/* A port or a range of them as numbers, as nft prints them. */
bool nft_range(const cJSON *value, unsigned *low, unsigned *high)
{
	const cJSON *range = nft_member(value, "range");
	const cJSON *first = range ? cJSON_GetArrayItem(range, 0) : value;
	const cJSON *last = range ? cJSON_GetArrayItem(range, 1) : value;

	if (!cJSON_IsNumber(first) || !cJSON_IsNumber(last) || first->valueint < 0)
		return false;
	*low = (unsigned)first->valueint;
	*high = (unsigned)last->valueint;
	return last->valueint >= first->valueint;
}

static enum tri port_is(const struct flow *flow, bool source, const cJSON *value)
{
	unsigned low, high;

	if (!nft_range(value, &low, &high))
		return TRI_MAYBE;
	return source ? flow_source_port_within(flow, low, high)
		      : flow_port_within(flow, low, high);
}

unsigned nft_state_bit(const cJSON *value)
{
	static const struct {
		const char *name;
		unsigned state;
	} known[] = {
		{"invalid", CT_INVALID}, {"established", CT_ESTABLISHED}, {"related", CT_RELATED},
		{"new", CT_NEW},	 {"untracked", CT_UNTRACKED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (nft_is_text(value, known[i].name))
			return known[i].state;
	return 0;
}

/* A type's number, or its name in nft. False: another one than those that flows have. */
static bool icmp_type_number(const struct flow *flow, const cJSON *value, unsigned *type)
{
	static const struct {
		const char *name;
		unsigned type;
	} known[] = {
		{"destination-unreachable", 1},
		{"packet-too-big", ICMPV6_TOO_BIG},
		{"time-exceeded", 3},
		{"parameter-problem", 4},
		{"echo-request", ICMPV6_ECHO_REQUEST},
		{"echo-reply", ICMPV6_ECHO_REPLY},
		{"nd-router-solicit", ICMPV6_ROUTER_SOLICITATION},
		{"nd-router-advert", ICMPV6_ROUTER_ADVERTISEMENT},
		{"nd-neighbor-solicit", ICMPV6_SOLICITATION},
		{"nd-neighbor-advert", ICMPV6_ADVERTISEMENT},
		{"nd-redirect", 137},
	};

	if (cJSON_IsNumber(value) && value->valueint >= 0) {
		*type = (unsigned)value->valueint;
		return true;
	}
	if (flow->family == AF_INET) {
		*type = ICMP_ECHO;
		return nft_is_text(value, "echo-request");
	}
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		*type = known[i].type;
		if (nft_is_text(value, known[i].name))
			return true;
	}
	return false;
}

static enum tri icmp_type_is(const struct flow *flow, const cJSON *value)
{
	const cJSON *range = nft_member(value, "range");
	unsigned low, high;

	if (range) {
		if (!icmp_type_number(flow, cJSON_GetArrayItem(range, 0), &low) ||
		    !icmp_type_number(flow, cJSON_GetArrayItem(range, 1), &high))
			return TRI_MAYBE;
		return tri_of(flow_icmp_type(flow) >= low && flow_icmp_type(flow) <= high);
	}
	if (!cJSON_IsString(value) && !cJSON_IsNumber(value))
		return TRI_MAYBE;
	return tri_of(icmp_type_number(flow, value, &low) && flow_icmp_type(flow) == low);
}

static enum tri icmp_code_is(const cJSON *value)
{
	return cJSON_IsNumber(value) ? tri_of(value->valueint == 0) : TRI_MAYBE;
}

static enum tri hop_limit_is(const struct flow *flow, const cJSON *value)
{
	if (!cJSON_IsNumber(value) || value->valueint < 0)
		return TRI_MAYBE;
	return flow_hop_limit_is(flow, (unsigned)value->valueint);
}

/* linux/if_packet.h: PACKET_HOST, PACKET_MULTICAST */
static enum tri packet_type_is(const struct flow *flow, const cJSON *value)
{
	bool multicast = flow_destination_type(flow) == ADDRESS_MULTICAST;

	if (flow->path == FLOW_OUTPUT)
		return TRI_MAYBE; /* known once it is on the link */
	if (cJSON_IsNumber(value))
		return tri_of(value->valueint == (multicast ? 2 : 0));
	if (multicast)
		return tri_of(nft_is_text(value, "multicast"));
	return tri_of(nft_is_text(value, "host") || nft_is_text(value, "unicast"));
}

static enum tri route_type_is(enum address_type type, const cJSON *value)
{
	static const char *const names[] = {
		[ADDRESS_LOCAL] = "local",
		[ADDRESS_UNICAST] = "unicast",
		[ADDRESS_MULTICAST] = "multicast",
	};

	return cJSON_IsString(value) ? tri_of(nft_is_text(value, names[type])) : TRI_MAYBE;
}

/* Whether there is such a thing: true, "exists", or false, "missing". */
static enum tri presence_is(bool present, const cJSON *value)
{
	return cJSON_IsBool(value) ? tri_of(cJSON_IsTrue(value) == present) : TRI_MAYBE;
}

static enum tri direction_is(const struct flow *flow, const cJSON *value)
{
	return flow_is_new(flow) ? tri_of(nft_is_text(value, "original")) : TRI_MAYBE;
}

/* One value that is no set. */
enum tri nft_field_is(const struct scene *scene, enum nft_field field, const cJSON *value)
{
	const struct flow *flow = scene->flow;

	switch (field) {
	case FIELD_OTHER:
		return TRI_MAYBE;
	case FIELD_IN:
		return cJSON_IsString(value) ? scene_in_is(scene, value->valuestring, '*')
					     : TRI_MAYBE;
	case FIELD_OUT:
		return cJSON_IsString(value) ? scene_out_is(scene, value->valuestring, '*')
					     : TRI_MAYBE;
	case FIELD_PROTOCOL:
		return protocol_is(flow, value);
	case FIELD_FAMILY:
		return family_is(flow, value);
	case FIELD_SOURCE:
		return address_is(flow, &flow->source, value);
	case FIELD_DESTINATION:
		return address_is(flow, &flow->destination, value);
	case FIELD_SOURCE_PORT:
		return port_is(flow, true, value);
	case FIELD_PORT:
		return port_is(flow, false, value);
	case FIELD_STATE:
		return scene_state_in(scene, nft_state_bit(value));
	case FIELD_STATUS: /* nothing rewrote it: see ruling */
		if (flow_is_discovery(flow))
			return TRI_MAYBE;
		return nft_is_text(value, "dnat") || nft_is_text(value, "snat") ? TRI_NO
										: TRI_MAYBE;
	case FIELD_DIRECTION:
		return direction_is(flow, value);
	case FIELD_ICMP_TYPE:
		return icmp_type_is(flow, value);
	case FIELD_ICMP_CODE:
		return icmp_code_is(value);
	case FIELD_HOP_LIMIT:
		return hop_limit_is(flow, value);
	case FIELD_PACKET_TYPE:
		return packet_type_is(flow, value);
	case FIELD_IPSEC:
		return presence_is(false, value);
	case FIELD_FIB_TYPE:
		return route_type_is(flow_destination_type(flow), value);
	case FIELD_FIB_SOURCE_TYPE:
		return route_type_is(flow_source_type(flow), value);
	case FIELD_FIB_BACK:
		return presence_is(true, value);
	case FIELD_EXTENSION:
		return cJSON_IsBool(value) ? presence_is(false, value) : TRI_NO;
	}
	return TRI_MAYBE;
}
