/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* A packet as a firewall sees it, for those that judge rules without sending it. Pure. */

/* Whether a rule takes the packet, as far as can be told. In the order of AND: the least wins. */
enum tri {
	TRI_NO,
	TRI_MAYBE,
	TRI_YES,
};

enum tri tri_and(enum tri a, enum tri b);
enum tri tri_or(enum tri a, enum tri b);
enum tri tri_not(enum tri a);
enum tri tri_of(bool known);

enum flow_path {
	FLOW_INPUT,   /* to this machine */
	FLOW_FORWARD, /* through it */
	FLOW_OUTPUT,  /* from it */
};

/* An address of the packet. */
enum flow_end_kind {
	END_STRANGER, /* somebody on the internet: what is said of few addresses is not about them
		       */
	END_OURS,     /* of this machine or its LAN, and not known */
	END_GIVEN,
};

struct flow_end {
	enum flow_end_kind kind;
	struct in6_addr addr; /* END_GIVEN; IPv4 as ::ffff:a.b.c.d */
};

/* ICMPv6 types: RFC 4443, RFC 4861. */
enum {
	ICMPV6_TOO_BIG = 2,
	ICMPV6_ECHO_REQUEST = 128,
	ICMPV6_ECHO_REPLY = 129,
	ICMPV6_ROUTER_SOLICITATION = 133,
	ICMPV6_ROUTER_ADVERTISEMENT = 134,
	ICMPV6_SOLICITATION = 135,
	ICMPV6_ADVERTISEMENT = 136,
};

/* The first packet of a connection, or one of an established one. Of its fields, those that
 * nobody gave are what a usual packet of the internet has: no IPsec, no extension header, a hop
 * limit below 255, a source that the routes lead back to. Neighbour discovery has a hop limit of
 * 255 (RFC 4861, section 7.1), and connection tracking leaves it alone. */
struct flow {
	int family; /* AF_INET, AF_INET6 */
	enum flow_path path;
	const char *in, *out;	    /* interfaces; "" where it has none */
	uint8_t protocol;	    /* IPPROTO_ */
	uint8_t icmp_type;	    /* of ICMPv6; 0: an echo request, as ICMP always is */
	uint16_t source_port, port; /* a source port of 0: any that a client may have */
	bool established;
	bool related; /* an error message about a connection */
	struct flow_end source, destination;
};

/* The places where rules hang, in the order in which a packet passes them. */
enum flow_hook {
	HOOK_INGRESS,
	HOOK_PREROUTING,
	HOOK_INPUT,
	HOOK_FORWARD,
	HOOK_OUTPUT,
	HOOK_POSTROUTING,
	HOOK_EGRESS,
};

/* States of connection tracking, bits. */
enum {
	CT_INVALID = 1,
	CT_ESTABLISHED = 2,
	CT_RELATED = 4,
	CT_NEW = 8,
	CT_UNTRACKED = 16,
};

/* A packet on its way. */
struct scene {
	const struct flow *flow;
	enum flow_hook hook;
	unsigned states; /* those that it may be in */
	bool untracked;	 /* set by rules: it may not be tracked from here on */
};

/* Whether the packet is one of neighbour discovery. */
bool flow_is_discovery(const struct flow *flow);

/* Whether tracking takes it for the first of a connection: no other comes to NAT. */
bool flow_is_new(const struct flow *flow);

/* The number of its type, of ICMP or ICMPv6. */
unsigned flow_icmp_type(const struct flow *flow);

/* What the routes say of its addresses. */
enum address_type {
	ADDRESS_LOCAL,
	ADDRESS_UNICAST,
	ADDRESS_MULTICAST,
};
enum address_type flow_source_type(const struct flow *flow);
enum address_type flow_destination_type(const struct flow *flow);

/* Whether its hop limit is this. */
enum tri flow_hop_limit_is(const struct flow *flow, unsigned limit);

/* Whether the packet comes to the hook. */
bool scene_passes(const struct flow *flow, enum flow_hook hook);

/* What tracking says at a hook; priorities below -200 are before it (NF_IP_PRI_CONNTRACK). */
void scene_set_states(struct scene *scene, int priority);

/* Whether the state is one of these. */
enum tri scene_state_in(const struct scene *scene, unsigned states);

/* Whether the interface is named so; a name that ends in wildcard ('+', '*') is a beginning.
 * At a hook where it is not known, or where kernels differ: perhaps. */
enum tri scene_in_is(const struct scene *scene, const char *name, char wildcard);
enum tri scene_out_is(const struct scene *scene, const char *name, char wildcard);

/* Whether the packet's address lies in low to high, both of its family. */
enum tri flow_end_within(const struct flow *flow, const struct flow_end *end,
			 const struct in6_addr *low, const struct in6_addr *high);

enum tri flow_source_port_within(const struct flow *flow, unsigned low, unsigned high);
enum tri flow_port_within(const struct flow *flow, unsigned low, unsigned high);

/* By the names that iptables-save and nft print; any other one is of another protocol. */
bool flow_protocol_is(const struct flow *flow, const char *name);

bool flow_has_ports(const struct flow *flow);

/* "10.0.0.0/8", "2001:db8::1", "10.0.0.0/255.0.0.0" as the first and the last address; the family
 * is the text's. False: it is none, or its mask has holes. */
bool address_range(const char *text, struct in6_addr *low, struct in6_addr *high);
bool address_prefix(const char *text, unsigned len, struct in6_addr *low, struct in6_addr *high);
