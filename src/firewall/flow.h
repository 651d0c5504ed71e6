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

/* The first packet of a connection, or one of an established one. Of its fields, those that
 * nobody gave are what a usual packet of the internet has: no IPsec, no extension header, a hop
 * limit below 255, a source that the routes lead back to. */
struct flow {
	int family; /* AF_INET, AF_INET6 */
	enum flow_path path;
	const char *in, *out;	    /* interfaces; out is "" on FLOW_INPUT */
	uint8_t protocol;	    /* IPPROTO_; an ICMP or ICMPv6 packet is an echo request */
	uint16_t source_port, port; /* a source port of 0: any that a client may have */
	bool established;
	struct flow_end source, destination;
};

/* The places where rules hang, in the order in which a packet passes them. */
enum flow_hook {
	HOOK_INGRESS,
	HOOK_PREROUTING,
	HOOK_INPUT,
	HOOK_FORWARD,
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

bool flow_has_ports(const struct flow *flow);

/* "10.0.0.0/8", "2001:db8::1", "10.0.0.0/255.0.0.0" as the first and the last address; the family
 * is the text's. False: it is none, or its mask has holes. */
bool address_range(const char *text, struct in6_addr *low, struct in6_addr *high);
bool address_prefix(const char *text, unsigned len, struct in6_addr *low, struct in6_addr *high);
