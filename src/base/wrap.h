/* SPDX-License-Identifier: MIT */
#pragma once

struct buf;

#define WRAP_COLUMNS 80

/* Appends label and text as one paragraph and a newline: broken at blanks so that no line is wider
 * than 80 columns where that can be, with further lines indented by `indent` columns. */
void wrap(struct buf *out, const char *label, const char *text, int indent);
