/* SPDX-License-Identifier: MIT */
#include "base/terminal.h"

#include <stdbool.h>
#include <stddef.h>

static bool is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* The bytes of the character at text that may be shown as they are; 0: none. */
static size_t harmless(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t len = *c < 0x80 ? 1 : *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : 4;

	if (len < 2)
		return len && ((*c >= ' ' && *c != 0x7f) || *c == '\n' || *c == '\t') ? 1 : 0;
	for (size_t i = 1; i < len; i++)
		if (!is_continuation(c[i]))
			return 0;
	/* U+0080 to U+009F, also in more bytes than they need */
	if ((*c == 0xc2 && c[1] < 0xa0) || (*c == 0xe0 && c[1] < 0xa0) ||
	    (*c == 0xf0 && c[1] < 0x90) || *c > 0xf4)
		return 0;
	return len;
}

void terminal_mask(char *text)
{
	while (*text) {
		size_t len = harmless(text);

		if (!len)
			*text = '?';
		text += len ? len : 1;
	}
}
