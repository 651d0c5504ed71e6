/* SPDX-License-Identifier: MIT */
#include "golden.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "unit.h"

static void update(const char *path, const struct buf *content)
{
	CLEANUP(cleanup_stream) FILE *stream = fopen(path, "we");

	ck_assert_msg(stream, "%s: %s", path, strerror(errno));
	ck_assert_uint_eq(fwrite(buf_str(content), 1, content->len, stream), content->len);
}

/* The line, counted from 1, in which the two differ first. */
static size_t first_difference(const char *a, const char *b)
{
	size_t line = 1;

	for (; *a && *a == *b; a++, b++)
		line += *a == '\n';
	return line;
}

void golden_check(const char *name, const struct buf *content)
{
	CLEANUP(buf_clear) struct buf file = BUF_INIT, expected = BUF_INIT;

	ck_assert_int_eq(content->error, 0);
	buf_addf(&file, "golden/%s", name);
	if (getenv("UPDATE_GOLDEN")) {
		update(unit_path(buf_str(&file)).s, content);
		return;
	}
	unit_read(buf_str(&file), &expected);
	ck_assert_msg(buf_equal(content, &expected),
		      "%s:%zu differs; this is what came (make update-golden takes it):\n%s",
		      buf_str(&file), first_difference(buf_str(content), buf_str(&expected)),
		      buf_str(content));
}
