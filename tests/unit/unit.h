/* SPDX-License-Identifier: MIT */
#pragma once

#include <check.h>
#include <stddef.h>

#include "base/array.h"

struct buf;

/* What the test programs share. Each is one suite with one case, of tests and loop tests (one
 * test, run with _i from 0, a row of a table each time). */

/* Starts the suite. */
TCase *unit_start(const char *name);

/* Adds a test that runs once for each row of a table. */
#define unit_add_table(tcase, test, table)                                                         \
	tcase_add_loop_test(tcase, test, 0, (int)ARRAY_SIZE(table))

/* Runs all and gives main's exit status. */
int unit_finish(void);

/* A path below the tests directory of the source: unit_path("data/ufw/deny.rules"). */
struct unit_path {
	char s[512];
};
struct unit_path unit_path(const char *name);

/* Appends that file's content. */
void unit_read(const char *name, struct buf *out);

/* A new and empty directory for the test that runs, and its descriptor for the functions of file.h.
 * All of them are removed at the end. */
struct unit_path unit_directory(int *root);

/* Writes a file in the directory, making its parents; mode as open(2) has it. */
void unit_write(const struct unit_path *dir, const char *path, const char *content, unsigned mode);

/* The file's content must be this; the file's permissions must be these. */
void unit_assert_file(const struct unit_path *dir, const char *path, const char *expected);
void unit_assert_mode(const struct unit_path *dir, const char *path, unsigned expected);

/* How many entries a directory has, "." and ".." not counted. */
size_t unit_count(const struct unit_path *dir, const char *path);
