/* SPDX-License-Identifier: MIT */
#pragma once

struct relay;
struct state;

/* Remembers for each site that its router was seen with the key that it has now ("handshake",
 * state.h). To be called in every run, before the tunnel is restarted: then, and after a reboot, it
 * knows of no handshake before. Starts wg only where something was received, and a router wasn't
 * seen yet. */
void handshake_remember(int root, const struct relay *relay, struct state *state);
