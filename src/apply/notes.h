/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "apply/plan.h"

struct machine;
struct relay;
struct state;

/* What a plan has to tell people, beside its steps. Pure; what finds no memory is in plan->error.
 */

/* Adds a note, on the console too where somebody has to do something about it. */
__attribute__((format(printf, 3, 4))) void note_add(struct plan *plan, enum note_kind kind,
						    const char *fmt, ...);

/* That the metadata service gives no good answer, if the state says so. */
void notes_metadata(struct plan *plan, const struct state *state);

/* What each site waits for, and where in Vultr's panel it is to be had. */
void notes_waiting(struct plan *plan, const struct relay *relay);

/* That nobody could log in with a key; back: the hardening is taken back for that. */
void note_no_key(struct plan *plan, const struct machine *machine, bool back);
