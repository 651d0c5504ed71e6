/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "firewall/ruling.h"
#include "prove/firewall_check.h"

struct check;

/* What is known of the tunnel to a router, after it was asked for a sign of life. */
struct handshake_facts {
	bool answered;	      /* a ping inside the tunnel came back */
	bool alive;	      /* else: something of the router's key arrived meanwhile */
	bool seen;	      /* there was a handshake since the tunnel came up */
	int64_t age;	      /* seconds since it, if so */
	const char *endpoint; /* "198.51.100.7:13231"; NULL: never heard of it */
	uint64_t received, sent;

	/* What passed the NIC for the port meanwhile, and only where there was no sign. */
	unsigned initiations_in, responses_out; /* the router's, and our answers */
	unsigned data_in;
	bool port_open;	    /* another site's router talks over it */
	int64_t tunnel_age; /* seconds since it was brought up; -1: not known */
	bool banned;	    /* the firewall drops what came: */
	struct caller caller;
	struct why why;
	bool pinged, endpoint_answers; /* the endpoint's address, outside of the tunnel */
};

/* Names the reason why there is no handshake, or none any more. port is ours, site the site's name.
 * Pure. */
void handshake_judge(struct check *check, const struct handshake_facts *facts, unsigned port,
		     const char *site);
