/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "render/files.h"

struct change;
struct error;
struct inventory;
struct plan;
struct relay;
struct state;
struct units;

/* Told of each step before it is done (failure NULL), and again when it failed. */
typedef void apply_progress_fn(const char *step, const struct error *failure, void *data);

/* Told of each stage, by its name, when its last step is behind it. failure is NULL when all went
 * well. */
typedef void apply_stage_fn(const char *stage, size_t steps, const struct error *failure,
			    void *data);

struct apply {
	int root;
	bool live; /* false below --root: files alone */
	const struct relay *relay;
	const struct inventory *inventory;
	const struct file_list *list;
	const struct change *changes;
	struct state *state;
	struct units *units; /* NULL: no unit is touched */
	apply_progress_fn *progress;
	apply_stage_fn *stage_done; /* may be NULL */
	void *data;
};

/* Carries the plan out, in its order. A step that fails ends its stage; the others go on, and what
 * can be done is done. The state is saved before the first change, so that a run cut short is taken
 * up by the next one, and at the end; with it, what the machine was before. Returns 0, or the first
 * failure's code with err set. */
int apply_plan(const struct apply *apply, const struct plan *plan, struct error *err);
