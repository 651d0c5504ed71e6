/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/changes.h"
#include "apply/state.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file_link.h"

#define PATH "/etc/ndppd.conf"
#define WANTED "wanted\n"

static struct unit_path dir;
static int root;
static struct state state;
static struct file_spec spec;
static struct file_list list;
static struct change change;
static struct error err;

static void setup(void)
{
	dir = unit_directory(&root);
	err = ERROR_INIT;
	ck_assert_int_eq(state_load(&state, root, &err), 0);
	spec = (struct file_spec){.path = {PATH}, .mode = 0644, .stage = STAGE_NDPPD};
	buf_adds(&spec.content, WANTED);
	list = (struct file_list){.count = 1, .specs = &spec};
	change = (struct change){0};
}

static void teardown(void)
{
	changes_clear(&change, 1);
	buf_clear(&spec.content);
	state_clear(&state);
	close(root);
}

static void set_ours(const char *text)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT;

	buf_adds(&content, text);
	state_set_ours(&state, PATH, &content);
}

static const struct {
	const char *there; /* NULL: nothing */
	unsigned mode;
	const char *ours; /* what we last wrote; NULL: nothing yet */
	enum change_kind kind;
	bool foreign;
} rows[] = {
	{NULL, 0, NULL, CHANGE_CREATE, false},
	{NULL, 0, WANTED, CHANGE_CREATE, false}, /* removed by somebody: made again */
	{WANTED, 0644, NULL, CHANGE_NONE, false},
	{WANTED, 0644, WANTED, CHANGE_NONE, false},
	{WANTED, 0600, WANTED, CHANGE_MODE, false},
	{WANTED, 0666, NULL, CHANGE_MODE, false},
	{"old\n", 0644, "old\n", CHANGE_UPDATE, false},
	{"old\n", 0600, "old\n", CHANGE_UPDATE, false},
	{"old\n", 0644, NULL, CHANGE_UPDATE, true},
	{"edited\n", 0644, "old\n", CHANGE_UPDATE, true},
	{"edited\n", 0644, WANTED, CHANGE_UPDATE, true},
	{"", 0644, WANTED, CHANGE_UPDATE, true},
	{"wanted", 0644, WANTED, CHANGE_UPDATE, true},
};

START_TEST(a_file_differs_in_one_way_or_another)
{
	if (rows[_i].there)
		unit_write(&dir, PATH, rows[_i].there, rows[_i].mode);
	if (rows[_i].ours)
		set_ours(rows[_i].ours);
	ck_assert_msg(changes_find(root, &state, &list, &change, &err) == 0, "%s", err.text);
	ck_assert_int_eq(change.kind, rows[_i].kind);
	ck_assert_int_eq(change.foreign, rows[_i].foreign);
	if (change.kind == CHANGE_UPDATE)
		ck_assert_str_eq(buf_str(&change.old), rows[_i].there);
	if (rows[_i].there)
		unit_assert_file(&dir, PATH, rows[_i].there);
	else
		ck_assert(!file_exists(root, PATH));
}
END_TEST

/* As systemctl mask makes it. A link to a file is as good as the file. */
START_TEST(a_link_to_no_file_is_somebody_elses)
{
	CLEANUP(buf_clear) struct buf link = BUF_INIT;

	unit_write(&dir, "/etc/wanted", WANTED, 0644);
	buf_addf(&link, "%s" PATH, dir.s);
	ck_assert_int_eq(symlink("/dev", buf_str(&link)), 0);
	unit_write(&dir, "/dev/x", "", 0644);
	ck_assert_msg(changes_find(root, &state, &list, &change, &err) == 0, "%s", err.text);
	ck_assert_int_eq(change.kind, CHANGE_UPDATE);
	ck_assert(change.foreign);
	ck_assert_uint_eq(change.old.len, 0);

	change = (struct change){0};
	ck_assert_int_eq(unlink(buf_str(&link)), 0);
	ck_assert_int_eq(symlink("wanted", buf_str(&link)), 0);
	ck_assert_msg(changes_find(root, &state, &list, &change, &err) == 0, "%s", err.text);
	ck_assert_int_eq(change.kind, CHANGE_NONE);
}
END_TEST

START_TEST(what_is_no_file_is_named)
{
	CLEANUP(buf_clear) struct buf host = BUF_INIT;

	buf_addf(&host, "%s/etc", dir.s);
	ck_assert_int_eq(mkdir(buf_str(&host), 0755), 0);
	buf_adds(&host, "/ndppd.conf");
	ck_assert_int_eq(mkdir(buf_str(&host), 0755), 0);
	ck_assert_int_lt(changes_find(root, &state, &list, &change, &err), 0);
	ck_assert_msg(strstr(err.text, PATH), "%s", err.text);
}
END_TEST

static void keep(const char *path, const char *content, const char *expected_path)
{
	struct kept_path kept;

	unit_write(&dir, path, content, 0644);
	ck_assert_msg(change_keep(root, path, &kept, &err) == 0, "%s", err.text);
	ck_assert_str_eq(kept.s, expected_path);
	unit_assert_file(&dir, kept.s, content);
	unit_assert_mode(&dir, kept.s, 0600); /* it may hold a key */
}

START_TEST(each_copy_is_kept)
{
	keep(PATH, "edited\n", STATE_DIR "/kept" PATH ".1");
	unit_assert_mode(&dir, STATE_DIR, 0700);
	keep(PATH, "edited again\n", STATE_DIR "/kept" PATH ".2");
	unit_assert_file(&dir, STATE_DIR "/kept" PATH ".1", "edited\n");
	keep(PATH, "edited\n", STATE_DIR "/kept" PATH ".1");
	keep(PATH, "edited again\n", STATE_DIR "/kept" PATH ".2");
	keep(PATH, "", STATE_DIR "/kept" PATH ".3");
}
END_TEST

START_TEST(a_link_is_kept_as_a_link)
{
	CLEANUP(buf_clear) struct buf host = BUF_INIT, target = BUF_INIT;
	struct kept_path kept;
	struct file_meta meta;

	unit_write(&dir, "/etc/x", "", 0644);
	buf_addf(&host, "%s" PATH, dir.s);
	ck_assert_int_eq(symlink("/dev/null", buf_str(&host)), 0);
	unit_write(&dir, STATE_DIR "/kept" PATH ".1", "", 0600);
	for (int i = 0; i < 2; i++)
		ck_assert_msg(change_keep(root, PATH, &kept, &err) == 0, "%s", err.text);
	ck_assert_str_eq(kept.s, STATE_DIR "/kept" PATH ".2");
	ck_assert_int_eq(file_look(root, kept.s, &meta, &target, &err), 0);
	ck_assert_str_eq(buf_str(&target), "/dev/null");
}
END_TEST

START_TEST(the_longest_path_is_kept)
{
	char path[sizeof(spec.path.s)] = "/";

	memset(path + 1, 'p', sizeof(path) - 2);
	for (int i = 1; i <= 12; i++) {
		CLEANUP(buf_clear) struct buf expected = BUF_INIT, content = BUF_INIT;

		buf_addf(&expected, STATE_DIR "/kept%s.%d", path, i);
		buf_addf(&content, "edited %d\n", i);
		keep(path, buf_str(&content), buf_str(&expected));
	}
}
END_TEST

START_TEST(a_copy_that_cannot_be_kept_is_an_error)
{
	struct kept_path path;

	unit_write(&dir, PATH, "edited\n", 0644);
	unit_write(&dir, "/var", "no directory", 0644);
	ck_assert_int_lt(change_keep(root, PATH, &path, &err), 0);
	ck_assert_int_lt(err.code, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("changes");

	tcase_add_checked_fixture(tcase, setup, teardown);
	unit_add_table(tcase, a_file_differs_in_one_way_or_another, rows);
	tcase_add_test(tcase, what_is_no_file_is_named);
	tcase_add_test(tcase, a_link_to_no_file_is_somebody_elses);
	tcase_add_test(tcase, each_copy_is_kept);
	tcase_add_test(tcase, a_link_is_kept_as_a_link);
	tcase_add_test(tcase, the_longest_path_is_kept);
	tcase_add_test(tcase, a_copy_that_cannot_be_kept_is_an_error);
	return unit_finish();
}
