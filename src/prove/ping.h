/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/link_name.h"

struct error;

/* Echo requests from this machine (RFC 4443 section 4.1; RFC 792 for IPv4). */

enum ping_result {
	PING_REPLY,
	PING_NO_REPLY,
	PING_UNREACHABLE, /* an ICMP error came back */
	PING_TOO_BIG,	  /* bigger than the interface's MTU: it never left */
	PING_NOT_SENT,	  /* the kernel refused it: send_error */
};

struct ping {
	enum ping_result result;
	int64_t rtt_us;	    /* PING_REPLY */
	uint8_t type, code; /* PING_UNREACHABLE */
	/* PING_UNREACHABLE: who said so; for IPv4 a mapped address (RFC 4291 section 2.5.5.2). An
	 * address of this machine's own: it gave up by itself, for instance because a neighbour
	 * did not answer. */
	struct in6_addr from;
	/* PING_NOT_SENT: a negative errno. From WireGuard, -ENOKEY: no peer has dst among its
	 * allowed IPs; -EDESTADDRREQ: the peer's endpoint is not known. */
	int send_error;
};

struct ping_ask {
	struct in6_addr dst; /* link-local: device is needed */
	bool has_src;
	struct in6_addr src;	 /* an address of this machine */
	struct link_name device; /* sent out of this one only; "": as the routes have it */
	unsigned size;		 /* of the whole IPv6 packet, PING_SIZE_MIN at least; 0: that. Never
				    fragmented. */
	int timeout_ms;		 /* for the reply */
	int requests;		 /* so many in that time, of which one is to be answered; 0: one */
};

#define PING_SIZE_MIN 64

/* 0, whatever came of it; negative only when it could not be tried: -EPERM without CAP_NET_RAW,
 * -ENODEV without the device, -EADDRNOTAVAIL when src is not this machine's. */
int ping_send(const struct ping_ask *ask, struct ping *ping, struct error *err);

/* The same of an IPv4 address: three requests in timeout_ms, of which one is to be answered. */
int ping_ipv4(struct in_addr dst, int timeout_ms, struct ping *ping, struct error *err);
