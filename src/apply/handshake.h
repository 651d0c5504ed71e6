/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct relay;
struct site;
struct state;

/* Remembers for each site that its router was seen with the key that it has now ("handshake",
 * state.h), by the tunnel as it is, or as it was when it was last taken down: a new one knows of no
 * handshake before. Starts wg only where something was received, and a router wasn't seen yet. */
void handshake_remember(int root, const struct relay *relay, struct state *state);

/* Whether the site's router is remembered so. */
bool handshake_is_known(const struct state *state, const struct site *site);
