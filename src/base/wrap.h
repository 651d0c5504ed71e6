/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

struct buf;

#define WRAP_COLUMNS 80

/* Appends label and text as one paragraph and a newline: broken at blanks so that no line is wider
 * than 80 columns where that can be, with further lines indented by `indent` columns. */
void wrap(struct buf *out, const char *label, const char *text, int indent);

/* How many columns UTF-8 text takes, none of its characters being a wide one: its bytes without the
 * continuation bytes. */
size_t wrap_width(const char *text, size_t len);
