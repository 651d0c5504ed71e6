/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "relay/conf.h"

struct plan;
struct relay;
struct state;

/* The consoles: each site's script between its markers, when it is new, when it has changed, and at
 * every boot until the router's first handshake; and, once in each boot, what is being waited for.
 */

struct announce {
	int root;
	const struct conf *conf;
	const struct relay *relay;
	const struct plan *plan; /* its notes marked, told.h */
	struct state *state;
	bool keys_fresh; /* some of the keys were made by this run, which may have failed since */
};

struct announced {
	bool anything, script; /* whether there was something to say, and whether it was a script */
	size_t failed;	       /* so many consoles have not, or not all of it */
	struct error errors[CONF_CONSOLES_MAX];
};

/* Writes to the consoles what there is to say, and remembers that it was said: a console that fails
 * is not tried again before there is something new, or the next boot. */
int announce(const struct announce *a, struct announced *announced, struct error *err);
