/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

struct buf;

/* Appends what puts a text in the place of the one before it, at the top of a terminal: home, each
 * line with the erasure of what is right of it, and the erasure of what is below (ECMA-48: CUP, EL,
 * ED). What would make the terminal scroll or wrap is left out: columns beyond the last one, and
 * lines, of which the last one that is shown then tells how many are missing. 0 rows or columns:
 * not known, nothing is left out. The cursor ends below the text. Pure. */
void redraw_add(const char *text, size_t rows, size_t columns, struct buf *out);
