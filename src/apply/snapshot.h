/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/link_name.h"

struct error;
struct inventory;
struct state;

/* The machine as it was before the first change ever: for people, what sshd, ufw and ip say, in
 * *.before below the state directory; for revert, kernel settings, routes and addresses in the
 * state. */

/* Takes it, unless the state says that it was taken. A program that isn't installed is no error.
 * The state is saved by the caller, after the texts are there: one that was cut short is taken
 * again. */
int snapshot_take(int root, struct state *state, const struct link_name *nic,
		  const struct inventory *inventory, struct error *err);
