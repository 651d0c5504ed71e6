/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Numbers in words that are read at a glance. Pure. */

struct words {
	char s[64];
};

/* "12 s ago", "3 min ago", "2 d ago". A negative age is of a clock that went back, and said so. */
struct words age_words(int64_t seconds);

/* "12 s", "3 min", whichever way the time went. */
struct words span_words(int64_t seconds);

/* "812 B", "3.2 KiB". */
struct words amount_words(uint64_t bytes);

/* Seconds since the epoch of "2026-11-23T04:55:00Z"; false when the text is something else. */
bool time_parse(int64_t *seconds, const char *text);
