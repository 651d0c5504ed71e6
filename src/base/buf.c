/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for len more bytes and the NUL. A block that held a key must not be left in the heap,
 * which realloc would do. */
static bool buf_grow(struct buf *b, size_t len)
{
	size_t size = b->size ? b->size : 256;
	char *data;

	if (b->error)
		return false;
	while (size - b->len <= len)
		size *= 2;
	if (size == b->size)
		return true;
	data = malloc(size);
	if (!data) {
		b->error = -ENOMEM;
		return false;
	}
	if (b->data) {
		memcpy(data, b->data, b->len + 1);
		explicit_bzero(b->data, b->len);
		free(b->data);
	}
	b->data = data;
	b->size = size;
	return true;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	if (!buf_grow(b, len))
		return;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0) {
		b->error = -EINVAL;
		return;
	}
	if (!buf_grow(b, (size_t)len))
		return;
	va_start(args, fmt);
	vsnprintf(b->data + b->len, (size_t)len + 1, fmt, args);
	va_end(args);
	b->len += (size_t)len;
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

bool buf_equal(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (!a->len || memcmp(a->data, b->data, a->len) == 0);
}

void buf_clear(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->len);
	free(b->data);
	*b = BUF_INIT;
}
