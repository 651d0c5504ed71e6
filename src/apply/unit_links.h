/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct error;
struct state;

/* A unit is enabled by symbolic links in the directories *.wants, *.requires and *.upholds below
 * /etc/systemd/system (systemctl(1), enable). They are files as others are: those of before the
 * first change come back one by one, whoever made them and for whatever target. */

/* Adds the links that are there to the unit's record; to the first unit's, which is in the state
 * already, the directories that can hold some. */
int unit_links_record(int root, struct state *state, const char *unit, struct error *err);

/* Whether they are others than those of the record. */
int unit_links_differ(int root, const struct state *state, const char *unit, bool *differ,
		      struct error *err);

/* Puts the record's links back and removes the others, and each directory that is empty then, as
 * systemctl disable does, unless it was there when the first unit was recorded. */
int unit_links_restore(int root, const struct state *state, const char *unit, struct error *err);
