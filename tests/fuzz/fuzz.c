/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void fuzz_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	FUZZ_ASSERT(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

bool fuzz_is_shown(const char *text)
{
	while (*text >= ' ' && *text <= '~')
		text++;
	return !*text;
}

void fuzz_check_error(int r, const struct error *err)
{
	FUZZ_ASSERT(r < 0);
	FUZZ_ASSERT(err->code == r);
	FUZZ_ASSERT(memchr(err->text, '\0', sizeof(err->text)));
	FUZZ_ASSERT(*err->text);
	if (!fuzz_is_shown(err->text))
		fprintf(stderr, "%s\n", err->text);
	FUZZ_ASSERT(fuzz_is_shown(err->text));
}
