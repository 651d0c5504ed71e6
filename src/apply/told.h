/* SPDX-License-Identifier: MIT */
#pragma once

struct boot_id;
struct plan;
struct state;

/* What was said once in this boot is no news. A note that goes away and comes back is, and so is
 * each one after a reboot: whoever opens the console then wants to know why there is no script. */

/* Marks the notes (plan.h) that an earlier apply has told. */
void told_mark(struct plan *plan, const struct state *state, const struct boot_id *boot);

/* Remembers the plan's notes, in place of those before. That a file was kept happens once, and is
 * news each time. */
void told_remember(struct state *state, const struct plan *plan, const struct boot_id *boot);
