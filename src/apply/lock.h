/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct error;

/* One run at a time that changes the machine: the lock is on the state directory, as it is when the
 * lock is had: one that was removed or replaced while a run waited is not it. What others could
 * open, and so lock, is closed to them (0700). Returns the descriptor that holds it; -ENOENT,
 * without a text in err, when there is no such directory yet; -EWOULDBLOCK, without a text as well,
 * when another run holds it and wait is not set. */
int lock_take(int root, bool wait, struct error *err);

/* The same for a run that only looks: others may look meanwhile. */
int lock_share(int root, bool wait, struct error *err);
