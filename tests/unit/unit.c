/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"

static Suite *suite;
static char top[64]; /* the directory of all tests' directories; made by the parent */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* The parent does both: a test that fails can't clean up after itself. */
static void make_top(void)
{
	snprintf(top, sizeof(top), "/tmp/sixrelay-unit-XXXXXX");
	if (!mkdtemp(top))
		ck_abort_msg("mkdtemp: %s", strerror(errno));
}

static void remove_top(void)
{
	nftw(top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* The timeout is for what hangs: libcheck's own, of four seconds, a busy machine exceeds. */
TCase *unit_start(const char *name)
{
	TCase *tcase = tcase_create(name);

	umask(0022);
	suite = suite_create(name);
	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 120);
	tcase_add_unchecked_fixture(tcase, make_top, remove_top);
	return tcase;
}

int unit_finish(void)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

struct unit_path unit_path(const char *name)
{
	const char *srcdir = getenv("srcdir");
	struct unit_path path;

	snprintf(path.s, sizeof(path.s), "%s/tests/%s", srcdir ? srcdir : ".", name);
	return path;
}

static void read_path(const char *path, struct buf *out)
{
	CLEANUP(cleanup_stream) FILE *stream = fopen(path, "re");
	char chunk[4096];
	size_t got;

	ck_assert_msg(stream, "%s: %s", path, strerror(errno));
	while ((got = fread(chunk, 1, sizeof(chunk), stream)) > 0)
		buf_add(out, chunk, got);
	ck_assert_msg(!ferror(stream), "read %s", path);
}

void unit_read(const char *name, struct buf *out)
{
	read_path(unit_path(name).s, out);
}

struct unit_path unit_directory(int *root)
{
	struct unit_path path;

	snprintf(path.s, sizeof(path.s), "%s/XXXXXX", top);
	ck_assert_msg(mkdtemp(path.s) && chmod(path.s, 0755) == 0, "mkdtemp: %s", strerror(errno));
	*root = file_root_open(path.s, NULL);
	ck_assert_int_ge(*root, 0);
	return path;
}

static struct unit_path join(const struct unit_path *dir, const char *path)
{
	struct unit_path joined;
	int len = snprintf(joined.s, sizeof(joined.s), "%s%s", dir->s, path);

	ck_assert_int_lt(len, (int)sizeof(joined.s));
	return joined;
}

void unit_write(const struct unit_path *dir, const char *path, const char *content, unsigned mode)
{
	struct unit_path joined = join(dir, path);
	CLEANUP(cleanup_stream) FILE *stream = NULL;

	for (char *slash = joined.s + strlen(dir->s) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		ck_assert_msg(mkdir(joined.s, 0755) == 0 || errno == EEXIST, "mkdir %s", joined.s);
		*slash = '/';
	}
	stream = fopen(joined.s, "we");
	ck_assert_msg(stream, "%s: %s", joined.s, strerror(errno));
	ck_assert_int_ge(fputs(content, stream), 0);
	ck_assert_int_eq(fchmod(fileno(stream), (mode_t)mode), 0);
}

void unit_assert_file(const struct unit_path *dir, const char *path, const char *expected)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT;

	read_path(join(dir, path).s, &content);
	ck_assert_str_eq(buf_str(&content), expected);
}

void unit_assert_mode(const struct unit_path *dir, const char *path, unsigned expected)
{
	struct stat st;

	ck_assert_msg(lstat(join(dir, path).s, &st) == 0, "%s: %s", path, strerror(errno));
	ck_assert_msg((st.st_mode & 07777) == expected, "%s has mode %04o, not %04o", path,
		      (unsigned)st.st_mode & 07777, expected);
}

size_t unit_count(const struct unit_path *dir, const char *path)
{
	DIR *stream = opendir(join(dir, path).s);
	const struct dirent *entry;
	size_t count = 0;

	ck_assert_msg(stream, "%s: %s", path, strerror(errno));
	while ((entry = readdir(stream)))
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(stream);
	return count;
}
