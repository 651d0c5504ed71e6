/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct buf;

/* What is known of a hop. */
enum mark {
	MARK_UNKNOWN,
	MARK_GOOD,
	MARK_BAD,
};

/* What the screen can show. */
struct style {
	bool utf8;   /* box characters and signs; else ASCII */
	bool colour; /* SGR sequences (ECMA-48) around the signs */
};

/* "good", "bad", "unknown": English, for JSON; marked for translation elsewhere. */
const char *mark_word(enum mark mark);

/* How wide the signs are in columns: all alike. */
int mark_width(struct style style);

/* Appends the sign, plain or in its colour. */
void mark_add(enum mark mark, struct style style, struct buf *out);
