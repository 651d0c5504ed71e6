/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct ping_ask;

/* The biggest packet that goes through the tunnel and comes back. Where a path takes less than its
 * interface, and says so to nobody, connections begin and then stall. */

#define PATH_MTU_MIN 1280 /* what every link of IPv6 carries (RFC 8200 section 5) */

struct path_mtu {
	bool answered;	/* a small packet came back; else nothing is known */
	unsigned mtu;	/* the biggest that came back; 0: not even one of PATH_MTU_MIN */
	bool too_big;	/* the interface itself refuses packets of the MTU asked for */
	int64_t rtt_us; /* a small one's */
	int send_error; /* not answered: as struct ping has it; 0: no reply */
};

/* Finds it for the way to ask->dst, which answers pings: ask's source, device and timeout count,
 * its size does not. mtu is the interface's; below it, what is found is exact to 4 bytes. One round
 * trip where the whole of it passes; else three or four and twice a wait for what doesn't come. As
 * ping_send, negative only when it could not be tried. */
int path_mtu_find(const struct ping_ask *ask, unsigned mtu, struct path_mtu *found,
		  struct error *err);

/* The sizes to try at once, of those above passes and below fails: from the small end in steps of
 * 4, or of so many times 4 that max is enough. Returns how many; 0: there is nothing in between. */
size_t path_mtu_ladder(unsigned passes, unsigned fails, unsigned *sizes, size_t max);
