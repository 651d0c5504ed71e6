/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct buf;
struct relay;
struct site;

/* The script for a site's router, RouterOS 7.15 or later. Pure. One block, so that a paste stops
 * as a whole at the first error, as an import does; every line may be run again. ASCII, no TAB
 * (the terminal completes on it). Without secret, or when the router made its own key, there is no
 * private key in it: the key that is on the router stays. */
void render_routeros(const struct relay *relay, const struct site *site, bool secret,
		     struct buf *out);

/* Appends text as a RouterOS string, quotes included: " \ $ and what is not printable ASCII are
 * escaped. */
void routeros_string(const char *text, struct buf *out);
