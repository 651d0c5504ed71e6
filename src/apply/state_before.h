/* SPDX-License-Identifier: MIT */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/file.h"

struct state;

/* What was there before the agent's first change, as the state file holds it: of each file, unit
 * and kernel setting from when it was first touched. The first record of each stands. Lists are
 * read by number; NULL or false when there is no such number. */

enum before_kind {
	BEFORE_ABSENT,
	BEFORE_FILE, /* its content is below before/ */
	BEFORE_LINK, /* a symbolic link */
};

struct before {
	enum before_kind kind;
	struct file_meta meta; /* not of what was absent */
	char target[PATH_MAX]; /* of the link */
	unsigned copy;	       /* the number of a file's copy, where there was one already */
};

bool state_knows_before(const struct state *state, const char *path);
void state_set_before(struct state *state, const char *path, const struct before *before);
/* False also when the record can't be understood. */
bool state_get_before(const struct state *state, const char *path, struct before *before);
const char *state_before_path(const struct state *state, size_t i);

/* Directories that the agent made, in the order of making. */
void state_add_directory(struct state *state, const char *path);
const char *state_directory(const struct state *state, size_t i);

/* A unit: whether it was running, whether the interface of a tunnel's unit was there, and the links
 * that enabled it, each by its path and target. */
bool state_knows_unit(const struct state *state, const char *unit);
void state_set_unit(struct state *state, const char *unit, bool active, bool has_interface);
void state_add_unit_link(struct state *state, const char *unit, const char *path,
			 const char *target);
const char *state_unit(const struct state *state, size_t i);
bool state_unit_active(const struct state *state, const char *unit);
bool state_unit_had_interface(const struct state *state, const char *unit);
bool state_unit_link(const struct state *state, const char *unit, size_t i, const char **path,
		     const char **target);

/* A revert has put its files back, so that what runs now is not ours. Forgotten by an apply. */
bool state_unit_is_back(const struct state *state, const char *unit);
void state_set_unit_back(struct state *state, const char *unit, bool back);

/* Directories of such links, by their names. */
void state_add_link_directory(struct state *state, const char *name);
bool state_had_link_directory(const struct state *state, const char *name);

/* The units that are stopped with it, and so to be started after it. */
void state_add_dependent(struct state *state, const char *unit, const char *dependent);
const char *state_dependent(const struct state *state, const char *unit, size_t i);

/* Kernel settings by their paths, and the routes and addresses (as kernel_ra.h writes them) that
 * the NIC had. */
void state_set_sysctl(struct state *state, const char *path, const char *value);
bool state_sysctl(const struct state *state, size_t i, const char **path, const char **value);
void state_add_route(struct state *state, const char *route);
const char *state_route(const struct state *state, size_t i);
bool state_had_route(const struct state *state, const char *route);
