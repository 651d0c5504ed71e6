/* SPDX-License-Identifier: MIT */
#include "firewall/flow.h"

#include <arpa/inet.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define CONNTRACK_PRIORITY (-200)
/* What is said of a block this small is not said of a random stranger: a /8 of IPv4 (96 + 8 bits of
 * a mapped address), a /16 of IPv6. */
#define NARROW4 (96 + 8)
#define NARROW6 16
#define NARROW_PORTS 256
#define HOP_LIMIT_MAX 255

enum tri tri_and(enum tri a, enum tri b)
{
	return a < b ? a : b;
}

enum tri tri_or(enum tri a, enum tri b)
{
	return a > b ? a : b;
}

enum tri tri_not(enum tri a)
{
	return (enum tri)(TRI_YES - a);
}

enum tri tri_of(bool known)
{
	return known ? TRI_YES : TRI_NO;
}

bool flow_is_discovery(const struct flow *flow)
{
	return flow->protocol == IPPROTO_ICMPV6 && flow->icmp_type >= ICMPV6_ROUTER_SOLICITATION &&
	       flow->icmp_type <= ICMPV6_ADVERTISEMENT;
}

bool flow_is_new(const struct flow *flow)
{
	return !flow->established && !flow->related && !flow_is_discovery(flow);
}

unsigned flow_icmp_type(const struct flow *flow)
{
	if (flow->icmp_type)
		return flow->icmp_type;
	return flow->family == AF_INET ? ICMP_ECHO : ICMPV6_ECHO_REQUEST;
}

enum address_type flow_source_type(const struct flow *flow)
{
	return flow->path == FLOW_OUTPUT ? ADDRESS_LOCAL : ADDRESS_UNICAST;
}

enum address_type flow_destination_type(const struct flow *flow)
{
	if (flow->destination.kind == END_GIVEN && flow->destination.addr.s6_addr[0] == 0xff)
		return ADDRESS_MULTICAST;
	return flow->path == FLOW_INPUT ? ADDRESS_LOCAL : ADDRESS_UNICAST;
}

enum tri flow_hop_limit_is(const struct flow *flow, unsigned limit)
{
	if (flow_is_discovery(flow))
		return tri_of(limit == HOP_LIMIT_MAX);
	return limit == HOP_LIMIT_MAX ? TRI_NO : TRI_MAYBE;
}

bool scene_passes(const struct flow *flow, enum flow_hook hook)
{
	switch (hook) {
	case HOOK_INGRESS:
	case HOOK_PREROUTING:
		return flow->path != FLOW_OUTPUT;
	case HOOK_INPUT:
		return flow->path == FLOW_INPUT;
	case HOOK_FORWARD:
		return flow->path == FLOW_FORWARD;
	case HOOK_OUTPUT:
		return flow->path == FLOW_OUTPUT;
	case HOOK_POSTROUTING:
	case HOOK_EGRESS:
		return flow->path != FLOW_INPUT;
	}
	return false;
}

static unsigned tracked_as(const struct flow *flow)
{
	if (flow_is_discovery(flow))
		return CT_UNTRACKED;
	if (flow->related)
		return CT_RELATED;
	return flow->established ? CT_ESTABLISHED : CT_NEW;
}

void scene_set_states(struct scene *scene, int priority)
{
	unsigned tracked = tracked_as(scene->flow);
	bool early = scene->hook == HOOK_INGRESS || scene->hook == HOOK_PREROUTING ||
		     scene->hook == HOOK_OUTPUT;

	if (scene->untracked)
		tracked |= CT_UNTRACKED;
	if (early && (scene->hook == HOOK_INGRESS || priority < CONNTRACK_PRIORITY))
		tracked = CT_INVALID | (scene->untracked ? CT_UNTRACKED : 0);
	else if (early && priority == CONNTRACK_PRIORITY)
		tracked |= CT_INVALID;
	scene->states = tracked;
}

enum tri scene_state_in(const struct scene *scene, unsigned states)
{
	if (!(scene->states & states))
		return TRI_NO;
	return scene->states & ~states ? TRI_MAYBE : TRI_YES;
}

static bool name_is(const char *link, const char *name, char wildcard)
{
	size_t len = strlen(name);

	if (len && name[len - 1] == wildcard)
		return !strncmp(link, name, len - 1);
	return !strcmp(link, name);
}

enum tri scene_in_is(const struct scene *scene, const char *name, char wildcard)
{
	if (scene->hook == HOOK_OUTPUT || scene->hook == HOOK_POSTROUTING ||
	    scene->hook == HOOK_EGRESS)
		return TRI_MAYBE;
	return tri_of(name_is(scene->flow->in, name, wildcard));
}

/* Before the route is known, kernels differ in whether a comparison fails or sees an empty name. */
enum tri scene_out_is(const struct scene *scene, const char *name, char wildcard)
{
	switch (scene->hook) {
	case HOOK_INGRESS:
	case HOOK_PREROUTING:
	case HOOK_INPUT:
		return TRI_MAYBE;
	case HOOK_FORWARD:
	case HOOK_OUTPUT:
	case HOOK_POSTROUTING:
	case HOOK_EGRESS:
		break;
	}
	return tri_of(name_is(scene->flow->out, name, wildcard));
}

static int compare(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a));
}

static unsigned common_bits(const struct in6_addr *a, const struct in6_addr *b)
{
	unsigned n = 0;

	while (n < 128 && !((a->s6_addr[n / 8] ^ b->s6_addr[n / 8]) & (0x80 >> n % 8)))
		n++;
	return n;
}

enum tri flow_end_within(const struct flow *flow, const struct flow_end *end,
			 const struct in6_addr *low, const struct in6_addr *high)
{
	bool ipv4 = flow->family == AF_INET;
	struct in6_addr first, last; /* where the address lies, at least */

	if (end->kind == END_GIVEN)
		return tri_of(compare(&end->addr, low) >= 0 && compare(&end->addr, high) <= 0);
	if (ipv4) { /* up to class D */
		inet_pton(AF_INET6, "::ffff:1.0.0.0", &first);
		inet_pton(AF_INET6, "::ffff:223.255.255.255", &last);
	} else if (end->kind == END_STRANGER) { /* 2000::/3 */
		address_range("2000::/3", &first, &last);
	} else {
		address_range("::/0", &first, &last);
	}
	if (compare(low, &first) <= 0 && compare(high, &last) >= 0)
		return TRI_YES;
	if (compare(high, &first) < 0 || compare(low, &last) > 0)
		return TRI_NO;
	if (end->kind == END_STRANGER && common_bits(low, high) >= (ipv4 ? NARROW4 : NARROW6))
		return TRI_NO;
	return TRI_MAYBE;
}

bool flow_protocol_is(const struct flow *flow, const char *name)
{
	static const struct {
		const char *name;
		uint8_t protocol;
	} known[] = {
		{"udp", IPPROTO_UDP},	       {"tcp", IPPROTO_TCP},	   {"icmp", IPPROTO_ICMP},
		{"ipv6-icmp", IPPROTO_ICMPV6}, {"icmpv6", IPPROTO_ICMPV6},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].name, name))
			return known[i].protocol == flow->protocol;
	return false;
}

bool flow_has_ports(const struct flow *flow)
{
	return flow->protocol == IPPROTO_UDP || flow->protocol == IPPROTO_TCP;
}

enum tri flow_source_port_within(const struct flow *flow, unsigned low, unsigned high)
{
	if (flow->source_port)
		return tri_of(flow->source_port >= low && flow->source_port <= high);
	if (low <= 1 && high >= UINT16_MAX)
		return TRI_YES;
	return high < low || high - low < NARROW_PORTS ? TRI_NO : TRI_MAYBE;
}

enum tri flow_port_within(const struct flow *flow, unsigned low, unsigned high)
{
	return tri_of(flow->port >= low && flow->port <= high);
}

static bool parse_address(const char *text, struct in6_addr *addr, bool *ipv4)
{
	struct in_addr v4;

	*ipv4 = inet_pton(AF_INET, text, &v4) == 1;
	if (!*ipv4)
		return inet_pton(AF_INET6, text, addr) == 1;
	memset(addr, 0, sizeof(*addr));
	addr->s6_addr[10] = addr->s6_addr[11] = 0xff;
	memcpy(&addr->s6_addr[12], &v4, sizeof(v4));
	return true;
}

static void spread(struct in6_addr *low, struct in6_addr *high, unsigned len)
{
	*high = *low;
	for (unsigned n = len; n < 128; n++) {
		unsigned bit = 0x80U >> n % 8;

		low->s6_addr[n / 8] &= (uint8_t)~bit;
		high->s6_addr[n / 8] |= (uint8_t)bit;
	}
}

bool address_prefix(const char *text, unsigned len, struct in6_addr *low, struct in6_addr *high)
{
	bool ipv4;

	if (!parse_address(text, low, &ipv4) || len > (ipv4 ? 32U : 128U))
		return false;
	spread(low, high, ipv4 ? 96 + len : len);
	return true;
}

/* The length of a mask that is written as an address. */
static bool mask_length(const char *text, unsigned *len)
{
	struct in6_addr mask, ones, expected;
	bool ipv4;

	if (!parse_address(text, &mask, &ipv4))
		return false;
	memset(&ones, 0xff, sizeof(ones));
	if (ipv4)
		memset(&mask, 0xff, 12);
	*len = common_bits(&mask, &ones);
	expected = ones;
	spread(&expected, &ones, *len);
	if (compare(&expected, &mask) != 0)
		return false;
	*len -= ipv4 ? 96 : 0;
	return true;
}

bool address_range(const char *text, struct in6_addr *low, struct in6_addr *high)
{
	const char *slash = strchr(text, '/');
	char address[INET6_ADDRSTRLEN];
	unsigned len;
	char *end;

	if (!slash)
		return address_prefix(text, strchr(text, ':') ? 128 : 32, low, high);
	if ((size_t)(slash - text) >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
	len = (unsigned)strtoul(slash + 1, &end, 10);
	if ((end == slash + 1 || *end) && !mask_length(slash + 1, &len))
		return false;
	return address_prefix(address, len, low, high);
}
