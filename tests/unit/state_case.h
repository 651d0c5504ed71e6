/* SPDX-License-Identifier: MIT */
#pragma once

#include "apply/state.h"
#include "base/error.h"
#include "unit.h"

/* What the tests of the state and of its records start from: an empty state, loaded below a new
 * directory. */

extern struct unit_path dir;
extern int root; /* of that directory */
extern struct state state;
extern struct error err;

/* For tcase_add_checked_fixture. */
void state_setup(void);
void state_teardown(void);

/* Writes and reads: what is true after it is true in the next run. */
void save_and_load(void);
