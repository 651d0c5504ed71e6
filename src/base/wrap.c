/* SPDX-License-Identifier: MIT */
#include "base/wrap.h"

#include <string.h>

#include "base/buf.h"

size_t wrap_width(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += (text[i] & 0xc0) != 0x80;
	return count;
}

void wrap(struct buf *out, const char *label, const char *text, int indent)
{
	size_t column = wrap_width(label, strlen(label));
	bool first = true;

	buf_adds(out, label);
	while (*text) {
		size_t len = strcspn(text, " ");
		size_t width = wrap_width(text, len);

		if (!first && column + 1 + width > WRAP_COLUMNS) {
			buf_addf(out, "\n%*s", indent, "");
			column = (size_t)indent;
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
