/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Decodes base64 with its padding (RFC 4648 section 4), and nothing besides: no blank, no line end.
 * False when it is something else, or more than fits into size bytes: nothing in out counts then.
 * *got is how many bytes it came to. */
bool base64_decode(void *out, size_t size, size_t *got, const char *text, size_t len);
