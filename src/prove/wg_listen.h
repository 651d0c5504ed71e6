/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/frame.h"

struct error;

/* What of WireGuard passes the NIC: whether routers at home call at all, and whether they are
 * answered. It is in front of the firewall and of WireGuard, which says nothing about a handshake
 * that it refuses. */

struct wg_heard {
	/* By enum wg_message; 0 is not used. */
	unsigned in[WG_DATA + 1], out[WG_DATA + 1];
	bool has_peer;
	struct in_addr peer; /* who sent, or was sent to, last */
	uint16_t peer_port;
	bool nic_down;
	int listened_ms;
};

enum wg_verdict {
	WG_SILENCE,	/* nothing came, and nothing was sent */
	WG_UNHEARD,	/* messages go out, and nothing comes back */
	WG_UNANSWERED,	/* handshakes come in, and are not answered: a key that is not ours or not
			   the peer's, a clock that was set back, or a firewall here */
	WG_UNCONFIRMED, /* they are answered, and no data follows, as it does at once where the
			   answer arrives: it is lost */
	WG_TALKING,	/* data came in, or the answer to a handshake of ours */
};

/* Listens for WireGuard's messages on a port of this machine, for at most that long. Ends early
 * when data or a response comes in, or when a handshake that came in had the time to be answered,
 * and the answer to be confirmed. As upstream_prove, negative only when it could not be tried. */
int wg_listen(int nic_index, uint16_t port, int duration_ms, struct wg_heard *heard,
	      struct error *err);

/* Takes note of a message; port is this machine's. */
void wg_hear(struct wg_heard *heard, const struct frame *frame, uint16_t port, bool outgoing);

enum wg_verdict wg_verdict(const struct wg_heard *heard);

/* "silence", "unheard", "unanswered", "unconfirmed", "talking": English, for JSON. */
const char *wg_verdict_word(enum wg_verdict verdict);
