/* SPDX-License-Identifier: MIT */
#pragma once

#include "apply/state_before.h"

struct error;
struct state;

/* Files as they were before the agent's first change: records them, and puts them back. Their
 * contents are below "before" in the state directory. */

struct before_path {
	char s[128];
};

/* "/var/lib/sixrelay/before/etc/ndppd.conf"; with a number, "….1" */
struct before_path before_copy_path(const char *path, unsigned number);

/* Records what stands at path, and the parents that are missing, unless that is recorded already.
 * A copy that is there, of a record that was lost, stays: the new one gets a number. The state is
 * not saved. -EINVAL when it is neither a file nor a link. */
int before_record(int root, struct state *state, const char *path, struct error *err);

/* What became of a recorded file. */
enum before_now {
	NOW_SAME,   /* it is as it was before */
	NOW_OURS,   /* as the agent wrote it; or gone */
	NOW_EDITED, /* somebody else wrote what is there */
};

int before_compare(int root, const struct state *state, const char *path, enum before_now *out,
		   struct error *err);

/* Removes what an apply or a revert that was killed as it wrote a recorded file has left beside it.
 */
int before_remove_rests(int root, const struct state *state, struct error *err);

/* Puts a recorded file back, its absence included. */
int before_restore(int root, const struct state *state, const char *path, struct error *err);
