/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "status/mark.h"

struct buf;
struct view;

/* Appends the screen: the picture, what is behind each mark, and the rest by name; no line of it
 * wider than 80 columns, as long as no word is. verbose: all that the last apply changed, and the
 * prefixes that the metadata has. Pure. */
void status_text(const struct view *view, struct style style, bool verbose, struct buf *out);
