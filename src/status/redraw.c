/* SPDX-License-Identifier: MIT */
#include "status/redraw.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/i18n.h"

#define HOME "\x1b[H"
#define ERASE_RIGHT "\x1b[K"
#define ERASE_BELOW "\x1b[J"

/* The bytes of what starts here: a character, or a sequence that ends with a letter. */
static size_t step(const char *text)
{
	size_t len = 1;

	if (*text == '\x1b')
		return strcspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") + 1;
	while ((text[len] & 0xc0) == 0x80)
		len++;
	return len;
}

static void add_line(const char *line, size_t len, size_t columns, struct buf *out)
{
	size_t column = 0, n;

	for (size_t i = 0; i < len; i += n) {
		n = step(line + i);
		/* a colour is ended also when what it was for is cut */
		if (line[i] == '\x1b' || !columns || column < columns)
			buf_add(out, line + i, n);
		column += line[i] != '\x1b';
	}
	/* from the last column this would erase the character that is in it */
	if (!columns || column < columns)
		buf_adds(out, ERASE_RIGHT);
	buf_adds(out, "\n");
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

void redraw_add(const char *text, size_t rows, size_t columns, struct buf *out)
{
	size_t lines = count_lines(text), shown = lines;

	/* the cursor needs a row as well */
	if (rows && lines + 1 > rows)
		shown = rows > 2 ? rows - 2 : 0;
	buf_adds(out, HOME);
	for (size_t i = 0; i < shown; i++) {
		size_t len = strcspn(text, "\n");

		add_line(text, len, columns, out);
		text += len + 1;
	}
	if (shown < lines && rows > 1) {
		CLEANUP(buf_clear) struct buf rest = BUF_INIT;

		buf_addf(&rest, _("(%zu lines more: make the window higher)"), lines - shown);
		add_line(buf_str(&rest), rest.len, columns, out);
	}
	buf_adds(out, ERASE_BELOW);
}
