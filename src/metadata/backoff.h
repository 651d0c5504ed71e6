/* SPDX-License-Identifier: MIT */
#pragma once

/* The pause before try number `attempt` (1 is the first repetition), in milliseconds: 20 ms,
 * doubling to at most 3 s. Pure. */
int backoff_ms(unsigned attempt);
