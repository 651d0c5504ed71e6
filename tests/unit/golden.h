/* SPDX-License-Identifier: MIT */
#pragma once

struct buf;

/* The content must be that of tests/golden/NAME, byte for byte. With UPDATE_GOLDEN in the
 * environment the file is written instead, for a person to look at. */
void golden_check(const char *name, const struct buf *content);
