/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apply/wg_dump.h"
#include "relay/conf.h"
#include "status/mark.h"

struct address;
struct instance;
struct inventory;
struct link;
struct machine;
struct plan;
struct relay;
struct route;
struct site;
struct state;

/* What status shows: what the machine is found to be, and what that says of each hop on the way
 * from the Internet to a LAN. */

/* A session's keys are good for 180 s (REJECT_AFTER_TIME, WireGuard's paper, section 6.1), and the
 * router, which sends a keepalive every 25 s, renews them after 120 s. */
#define VIEW_HANDSHAKE_MAX 180

struct hop {
	enum mark mark;
	char why[256]; /* in words, for people */
};

struct site_view {
	const struct site *site;
	const struct wg_peer *peer; /* NULL: wg knows none */
	bool has_age;		    /* false: no handshake, or one ahead of the clock */
	int64_t age;		    /* of the handshake, in seconds */
	struct hop tunnel, lan;	    /* from the VPS to the router, and from there to the LAN */
};

struct view {
	/* What it is about; the caller's, and to outlive the view. */
	const struct instance *instance;
	const struct relay *relay;
	const struct machine *machine;
	const struct inventory *inventory;
	const struct state *state;
	const struct plan *plan;
	const struct wg_dump *dump; /* NULL: wg said nothing */
	bool live;		    /* false: there is nothing but files, and no hop is judged */
	int64_t now;		    /* seconds since the epoch */

	const struct link *nic, *wg;	/* NULL: not there */
	const struct route *route;	/* the NIC's default route with a gateway, or NULL */
	const struct address *nic_ipv6; /* or NULL */
	struct hop uplink;		/* from the Internet to the gateway */
	struct hop access;		/* from the gateway to the NIC */
	struct hop relaying;		/* from the NIC to the tunnel */
	size_t site_count;
	struct site_view sites[CONF_SITES_MAX];
};

/* Fills in the second part from the first. Pure. */
void view_judge(struct view *view);

/* How the default route came about: "by RA, kept by the network manager". */
const char *view_route_origin(const struct view *view);
