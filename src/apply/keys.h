/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;
struct relay;

/* Fills in the relay's keys: those on disk, and new ones, in memory only, where there is none or
 * what is there is no key. *fresh tells whether any is new. A key that can't be read is an error,
 * never a reason to make another one; nor may two ends of the tunnel have the same. */
int keys_load(int root, struct relay *relay, bool *fresh, struct error *err);

/* Whether the keys that the script of site number index names are in their files. One that isn't is
 * made anew by the next run: nobody is to be told of it. */
bool keys_are_stored(int root, const struct relay *relay, size_t index);
