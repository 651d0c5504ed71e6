/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct session;

/* The upstream proof at the end of an apply. */

/* Whether it is due: after a change, for a prefix that was attached, and once after each boot. A
 * run with nothing to do sends nothing. */
bool proof_is_due(const struct session *session);

/* Makes it for each site that has its prefix, tells what came of it, and remembers it. Returns the
 * stages that were reached, as bits 1 << PROBE_…. */
unsigned proof_make(struct session *session);
