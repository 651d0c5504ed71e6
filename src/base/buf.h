/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A growing run of bytes, always followed by a NUL. Errors stick: after a failed addition every
 * further one does nothing, and error holds -ENOMEM. Start it with BUF_INIT. */
struct buf {
	char *data;
	size_t len, size;
	int error;
};

#define BUF_INIT ((struct buf){0})

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *text);
__attribute__((format(printf, 2, 3))) void buf_addf(struct buf *b, const char *fmt, ...);

/* The content as a string, "" when there is none. Belongs to b. */
const char *buf_str(const struct buf *b);

bool buf_equal(const struct buf *a, const struct buf *b);

/* Wipes the content (it may have held a key), frees it, and makes b empty. */
void buf_clear(struct buf *b);
