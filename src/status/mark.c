/* SPDX-License-Identifier: MIT */
#include "status/mark.h"

#include "base/buf.h"
#include "base/i18n.h"

static const struct {
	const char *word, *utf8, *ascii, *colour;
} marks[] = {
	[MARK_UNKNOWN] = {N_("unknown"), "?", "??", "33"},
	[MARK_GOOD] = {N_("good"), "✓", "ok", "32"},
	[MARK_BAD] = {N_("bad"), "✗", "no", "1;31"},
};

const char *mark_word(enum mark mark)
{
	return marks[mark].word;
}

int mark_width(struct style style)
{
	return style.utf8 ? 1 : 2;
}

void mark_add(enum mark mark, struct style style, struct buf *out)
{
	const char *sign = style.utf8 ? marks[mark].utf8 : marks[mark].ascii;

	if (style.colour)
		buf_addf(out, "\x1b[%sm%s\x1b[0m", marks[mark].colour, sign);
	else
		buf_adds(out, sign);
}
