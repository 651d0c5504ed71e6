/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct error;
struct relay;

/* Fills in the relay's keys: those on disk, and new ones, in memory only, where there is none or
 * what is there is no key. *fresh tells whether any is new. A key that can't be read is an error,
 * never a reason to make another one; nor may two ends of the tunnel have the same. */
int keys_load(int root, struct relay *relay, bool *fresh, struct error *err);
