/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/link_name.h"
#include "net/packet.h"

struct frame;

/* One echo request from an address that nobody has, and all that came of it. Pure: it is told what
 * passes the NIC, and when (clock_now_us). */

/* In the order in which they are reached. */
enum probe_stage {
	PROBE_NOT_SENT,	  /* it was not seen to leave */
	PROBE_SENT,	  /* it left, and nobody asked for its source */
	PROBE_SOLICITED,  /* somebody asked for it, and nothing of ours answered */
	PROBE_ADVERTISED, /* it was answered for, and no reply came */
	PROBE_REPLIED,	  /* the reply came to the NIC */
};

#define PROBE_COOKIE_LEN 16

struct probe {
	struct in6_addr source, target;
	bool to_gateway;
	uint16_t id;
	uint8_t cookie[PROBE_COOKIE_LEN]; /* the payload */
	unsigned tries;			  /* requests handed to the kernel */
	int send_error;			  /* what the last one met: negative errno, or 0 */

	enum probe_stage stage;
	unsigned solicitations, advertisements;
	/* Of the first of its kind; 0: there was none. A reply without a solicitation is possible:
	 * where the prefix is routed here, nobody has to ask. */
	int64_t sent_us, solicited_us, advertised_us, replied_us;
	int64_t last_advertised_us;
	struct in6_addr asked_by; /* PROBE_SOLICITED */
	struct mac asked_by_mac;
	struct mac advertised_mac; /* PROBE_ADVERTISED: the one we gave out */

	/* Another machine answered for the source, too. */
	bool has_stranger;
	struct mac stranger;

	/* An ICMPv6 error about the request came back. */
	bool has_error;
	uint8_t error_type, error_code;
	struct in6_addr error_from;
};

/* Takes note of a frame. */
void probe_see(struct probe *probe, const struct frame *frame, enum packet_way way,
	       int64_t time_us);

/* How long the probe is still worth waiting for: until this time, when nothing more happens. Starts
 * from begin_us when it was not seen to leave; patience_us is how long the first sign may take. */
int64_t probe_deadline_us(const struct probe *probe, int64_t begin_us, int64_t patience_us);

/* Which of two says more: the one that got farther; of equals the one that says why; else a. */
const struct probe *probe_better(const struct probe *a, const struct probe *b);

/* "not-sent", "sent", "solicited", "advertised", "replied": English, for JSON. */
const char *probe_word(enum probe_stage stage);

/* Whether addr is a host's address like any other: a probe must not fall on an address that has a
 * meaning, as ::1 or the routers' anycast address (RFC 4291 section 2.6.1), the reserved ones of
 * RFC 2526, or the small numbers that people give out by hand. */
bool probe_may_use(const struct in6_addr *addr);
