/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "apply/apply.h"
#include "apply/revert_plan.h"

struct error;
struct state;
struct units;

/* The way back: gathers what the plan needs, carries it out, and clears the state directory.
 *
 * A marker goes to disk first: while it is there the agent's boot service does nothing, so that a
 * revert that was cut short is not undone by a reboot. The records stay until all is back, and each
 * step may be done twice: whoever runs it again goes on. apply takes the marker away. */

#define REVERT_MARKER "/var/lib/sixrelay/reverted"

struct revert {
	int root;
	bool live;
	bool keep_keys;
	struct state *state;
	struct units *units; /* NULL when not live */
	apply_progress_fn *progress;
	/* Told of a run of steps of one stage when the last one is behind it; may be NULL. failure
	 * is NULL when all went well. */
	apply_stage_fn *stage_done;
	/* Told of a copy that was kept of what somebody else wrote. */
	void (*kept)(const char *path, const char *copy, void *data);
	void *data;
};

/* Whether there is anything to take back. */
bool revert_is_due(const struct state *state);

/* Whether the files alone are put back of what was applied to a running machine: the records stay,
 * for a run there. */
bool revert_leaves_rest(const struct revert *revert);

/* Gathers, and makes the plan: an empty one when all is back but for the state directory. Nothing
 * is changed. */
int revert_prepare(const struct revert *revert, struct revert_plan *plan, struct error *err);

/* Carries the plan out: what fails is passed over. When nothing has failed the state directory is
 * cleared, but for what revert_leaves_rest tells of. Returns 0, or the first failure's code with
 * err set; 1 when all is back, but the owner's own files keep a unit of his from starting, or sshd
 * from reloading: another run could not help it. */
int revert_run(const struct revert *revert, const struct revert_plan *plan, struct error *err);

/* Whether REVERT_MARKER is there: one that can't be looked at is an error, and not absent. */
int revert_is_marked(int root, bool *marked, struct error *err);

/* For apply: takes the marker away; ends the clearing of a revert that was done but for that. */
int revert_withdraw(int root, struct error *err);
