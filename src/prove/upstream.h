/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "base/link_name.h"
#include "prove/probe.h"

struct error;

/* The upstream half of the relay, proved without any device at home: an echo request leaves the NIC
 * from an address of the LAN's prefix that was drawn for it. For its reply to arrive, the gateway
 * has to ask for that address on the wire and to be answered by the NDP proxy; and an address that
 * was never used before is in no neighbour cache. */

struct upstream_ask {
	int nic_index;
	struct link_name nic;
	struct prefix prefix; /* 64 bits at most */
	bool has_gateway;
	struct in6_addr gateway;      /* of the default route */
	const struct in6_addr *hosts; /* public ones, for where the gateway itself doesn't answer */
	size_t host_count;	      /* those beyond UPSTREAM_HOSTS_MAX are left out */
};

#define UPSTREAM_HOSTS_MAX 4

struct upstream_proof {
	struct probe probe;   /* the one that got farthest */
	unsigned probe_count; /* how many there were, each from an address of its own */
	bool nic_down;	      /* the NIC is down, or went down meanwhile */
	bool gateway_silent;  /* the gateway's own address was asked for on the wire, in vain */
	unsigned strangers;   /* probes that another machine answered for */
	bool nobody_answers;  /* nor pings from the address of the NIC itself: set by the caller */
};

/* Proves it: the gateway first; where it doesn't ask for the address within 400 ms, or does not
 * reply, the hosts all at once; all of it a second time where that was in vain. Takes as long as a
 * reply takes when all is well, and seven seconds at the very most. 0, whatever was found; negative
 * only when it could not be tried: -EPERM without CAP_NET_RAW, -ENODEV without the NIC, -EINVAL
 * with neither gateway nor host. */
int upstream_prove(const struct upstream_ask *ask, struct upstream_proof *proof, struct error *err);
