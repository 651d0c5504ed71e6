/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct conf;
struct error;
struct plan;
struct relay;
struct state;

/* The console: each site's script between its markers, when it is new, when it has changed, and at
 * every boot until the router's first handshake; and, once, what is being waited for. */

struct announce {
	int root;
	const struct conf *conf;
	const struct relay *relay;
	const struct plan *plan;
	struct state *state;
};

/* Writes to the consoles what there is to say, and remembers that it was said. *said tells whether
 * anything was. A console that fails is named in err; the others are written all the same. */
int announce(const struct announce *a, bool *said, struct error *err);
