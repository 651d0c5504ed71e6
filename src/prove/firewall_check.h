/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "firewall/flow.h"

struct check;
struct firewall;
struct prefix;
struct ufw_facts;
struct why;

/* Whether the firewall in force lets through what the relay needs. Pure. A firewall outside of the
 * machine can't be seen from here. */

/* UDP to the port, in on nic. Failed when it is dropped over IPv4, which is what homes use. */
void check_firewall_port(struct check *check, const struct firewall *fw, const char *nic,
			 uint16_t port, const struct ufw_facts *ufw);

/* Who sent something to the port. */
struct caller {
	struct in_addr addr;
	uint16_t port;
};

/* Whether what he sends is surely dropped. The packet socket sees it anyway. */
bool firewall_drops_caller(const struct firewall *fw, const char *nic, uint16_t port,
			   const struct caller *caller, struct why *why);

/* Fails: he alone is kept out. */
void firewall_blame_ban(struct check *check, const struct caller *caller, const struct why *why,
			uint16_t port);

/* ICMPv6 that the relay can't do without, or its proofs. */
struct icmpv6_ways {
	const char *nic, *wg;
	struct in6_addr gateway, own; /* link-local addresses, theirs and the NIC's */
	bool advertised;	      /* the default route comes with router advertisements */
	struct in6_addr router, vps;  /* inside the tunnel */
	struct flow_end global;	      /* this machine's address on the internet */
	const struct prefix *lan;     /* NULL: not known */
};

void check_firewall_icmpv6(struct check *check, const struct firewall *fw,
			   const struct icmpv6_ways *ways, const struct ufw_facts *ufw);

/* New connections over IPv6, of devices at home and to them. lan may be NULL: not known. */
void check_firewall_forward(struct check *check, const struct firewall *fw, const char *nic,
			    const char *wg, const struct prefix *lan, const struct ufw_facts *ufw);
