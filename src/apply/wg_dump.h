/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/wg_key.h"
#include "relay/conf.h"

struct error;

/* What `wg show IFACE dump` says of the interface and its peers. */

struct wg_peer {
	struct wg_key public_key;
	char endpoint[64];	 /* "198.51.100.7:13231", or "(none)" */
	int64_t handshake;	 /* seconds since the epoch; 0: never */
	uint64_t received, sent; /* bytes */
	char allowed_ips[1024];	 /* "fd00::2/128,2001:db8::/64", or "(none)"; cut where longer */
};

/* With more peers than sites can have, the first ones. */
struct wg_dump {
	bool has_key; /* the interface has a key at all */
	struct wg_key public_key;
	uint16_t listen_port;
	size_t count;
	struct wg_peer peers[CONF_SITES_MAX];
};

/* Parses the output (wg(8), "dump"): a line for the interface, then one for each peer, fields
 * separated by tabs. -EBADMSG when it is something else. The interface's private key, which the
 * first line holds, is not kept. Pure. */
int wg_dump_parse(struct wg_dump *dump, const char *text, struct error *err);

/* Runs wg. */
int wg_dump_read(struct wg_dump *dump, const char *interface, struct error *err);

/* NULL when there is no such peer. */
const struct wg_peer *wg_dump_peer(const struct wg_dump *dump, const struct wg_key *public_key);

/* Whether one of the peer's allowed IPs takes in all of the prefix. Pure. */
bool wg_peer_allows(const struct wg_peer *peer, const struct prefix *prefix);

/* Whether one of them is a part of the prefix. Pure. */
bool wg_peer_takes(const struct wg_peer *peer, const struct prefix *prefix);
