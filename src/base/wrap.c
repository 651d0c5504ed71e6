/* SPDX-License-Identifier: MIT */
#include "base/wrap.h"

#include <string.h>

#include "base/buf.h"

/* Columns of UTF-8 text: its bytes without the continuation bytes. */
static int columns(const char *text, size_t len)
{
	int count = 0;

	for (size_t i = 0; i < len; i++)
		count += (text[i] & 0xc0) != 0x80;
	return count;
}

void wrap(struct buf *out, const char *label, const char *text, int indent)
{
	int column = columns(label, strlen(label));
	bool first = true;

	buf_adds(out, label);
	while (*text) {
		size_t len = strcspn(text, " ");
		int width = columns(text, len);

		if (!first && column + 1 + width > WRAP_COLUMNS) {
			buf_addf(out, "\n%*s", indent, "");
			column = indent;
		} else if (!first) {
			buf_adds(out, " ");
			column++;
		}
		buf_add(out, text, len);
		column += width;
		first = false;
		text += len;
		text += *text == ' ';
	}
	buf_adds(out, "\n");
}
