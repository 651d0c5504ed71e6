/* SPDX-License-Identifier: MIT */
#include "state_case.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/before.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"

#define PATH "/etc/wireguard/wg0.conf"
#define OURS "ours\n"

/* What stands at the path. "->x" is a symbolic link to x, NULL nothing. */
struct place {
	const char *text;
	unsigned mode;
};

static void put(const struct place *place)
{
	char host[600];

	snprintf(host, sizeof(host), "%s" PATH, dir.s);
	unlink(host);
	if (!place->text)
		return;
	if (strncmp(place->text, "->", 2) != 0) {
		unit_write(&dir, PATH, place->text, place->mode);
		return;
	}
	unit_write(&dir, "/etc/wireguard/x", "", 0600);
	ck_assert_int_eq(symlink(place->text + 2, host), 0);
}

static struct stat stat_of(void)
{
	char host[600];
	struct stat st = {0};

	snprintf(host, sizeof(host), "%s" PATH, dir.s);
	if (lstat(host, &st) < 0)
		ck_assert_int_eq(errno, ENOENT);
	return st;
}

static void assert_place(const struct place *place)
{
	char host[600], target[64] = "";
	struct stat st = stat_of();

	snprintf(host, sizeof(host), "%s" PATH, dir.s);
	if (!place->text) {
		ck_assert_int_eq(st.st_mode, 0);
	} else if (!strncmp(place->text, "->", 2)) {
		ck_assert_int_gt(readlink(host, target, sizeof(target) - 1), 0);
		ck_assert_str_eq(target, place->text + 2);
	} else {
		ck_assert(S_ISREG(st.st_mode));
		unit_assert_file(&dir, PATH, place->text);
		unit_assert_mode(&dir, PATH, place->mode);
	}
}

static const struct {
	struct place before, now;
	enum before_now expected;
} rows[] = {
	{{NULL, 0}, {NULL, 0}, NOW_SAME},
	{{NULL, 0}, {OURS, 0600}, NOW_OURS},
	{{NULL, 0}, {OURS, 0644}, NOW_OURS},
	{{NULL, 0}, {"edited\n", 0600}, NOW_EDITED},
	{{NULL, 0}, {"->/dev/null", 0}, NOW_EDITED},
	{{"mine\n", 0640}, {"mine\n", 0640}, NOW_SAME},
	{{"mine\n", 0640}, {"mine\n", 0600}, NOW_OURS}, /* the mode is ours */
	{{"mine\n", 0640}, {OURS, 0640}, NOW_OURS},
	{{"mine\n", 0640}, {NULL, 0}, NOW_OURS},
	{{"mine\n", 0640}, {"edited\n", 0640}, NOW_EDITED},
	{{"mine\n", 0640}, {"->x", 0}, NOW_EDITED},
	{{"", 0640}, {OURS, 0600}, NOW_OURS},
	{{OURS, 0640}, {OURS, 0600}, NOW_OURS}, /* a key that was taken over */
	{{"->/dev/null", 0}, {OURS, 0644}, NOW_OURS},
	{{"->/dev/null", 0}, {NULL, 0}, NOW_OURS},
	{{"->/dev/null", 0}, {"->/dev/null", 0}, NOW_SAME},
	{{"->/dev/null", 0}, {"->/dev/zero", 0}, NOW_EDITED},
	{{"->nowhere", 0}, {"edited\n", 0644}, NOW_EDITED},
};

START_TEST(what_became_of_a_file_is_told_and_it_comes_back)
{
	CLEANUP(buf_clear) struct buf ours = BUF_INIT;
	struct stat before, after;
	enum before_now now;

	put(&rows[_i].before);
	before = stat_of();
	ck_assert_msg(before_record(root, &state, PATH, &err) == 0, "%s", err.text);
	assert_place(&rows[_i].before);
	buf_adds(&ours, OURS);
	state_set_ours(&state, PATH, &ours);
	ck_assert_int_eq(state_save(&state, root, &err), 0);
	ck_assert_int_eq(state_load(&state, root, &err), 0);

	put(&rows[_i].now);
	ck_assert_msg(before_compare(root, &state, PATH, &now, &err) == 0, "%s", err.text);
	ck_assert_int_eq(now, rows[_i].expected);
	for (int again = 0; again < 2; again++) {
		ck_assert_msg(before_restore(root, &state, PATH, &err) == 0, "%s", err.text);
		assert_place(&rows[_i].before);
		ck_assert_int_eq(before_compare(root, &state, PATH, &now, &err), 0);
		ck_assert_int_eq(now, NOW_SAME);
		after = stat_of();
		ck_assert_int_eq(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
		ck_assert_int_eq(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
		ck_assert_uint_eq(after.st_uid, before.st_uid);
	}
}
END_TEST

START_TEST(the_first_record_stands)
{
	put(&(struct place){"first\n", 0644});
	ck_assert_int_eq(before_record(root, &state, PATH, &err), 0);
	put(&(struct place){OURS, 0600});
	ck_assert_int_eq(before_record(root, &state, PATH, &err), 0);
	unit_assert_file(&dir, before_copy_path(PATH, 0).s, "first\n");
	unit_assert_mode(&dir, before_copy_path(PATH, 0).s, 0600);
	unit_assert_mode(&dir, STATE_DIR, 0700);
}
END_TEST

/* A run that was cut short has left its copies; what stands there now is another file. */
START_TEST(a_copy_is_never_overwritten)
{
	ck_assert_int_eq(state_save(&state, root, &err), 0);
	for (int again = 0; again < 2; again++) {
		put(&(struct place){"first\n", 0644});
		ck_assert_int_eq(before_record(root, &state, PATH, &err), 0);
		state_clear(&state);
		ck_assert_int_eq(state_load(&state, root, &err), 0);
	}
	put(&(struct place){OURS, 0600});
	ck_assert_int_eq(before_record(root, &state, PATH, &err), 0);
	unit_assert_file(&dir, before_copy_path(PATH, 0).s, "first\n");
	unit_assert_file(&dir, before_copy_path(PATH, 1).s, OURS);
	ck_assert_int_eq(state_save(&state, root, &err), 0);
	ck_assert_int_eq(state_load(&state, root, &err), 0);
	put(&(struct place){"edited\n", 0600});
	ck_assert_int_eq(before_restore(root, &state, PATH, &err), 0);
	unit_assert_file(&dir, PATH, OURS);
}
END_TEST

START_TEST(directories_that_will_be_made_are_remembered)
{
	unit_write(&dir, "/etc/x", "", 0644);
	ck_assert_int_eq(before_record(root, &state, PATH, &err), 0);
	ck_assert_int_eq(before_record(root, &state, "/etc/wireguard/server.key", &err), 0);
	ck_assert_str_eq(state_directory(&state, 0), "/etc/wireguard");
	ck_assert_ptr_null(state_directory(&state, 1));
}
END_TEST

START_TEST(what_is_no_file_is_no_before)
{
	unit_write(&dir, PATH "/x", "", 0644);
	ck_assert_int_eq(before_record(root, &state, PATH, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, PATH), "%s", err.text);
	ck_assert(!state_knows_before(&state, PATH));
}
END_TEST

START_TEST(without_its_copy_nothing_is_put_in_its_place)
{
	enum before_now now;

	put(&(struct place){"mine\n", 0644});
	ck_assert_int_eq(before_record(root, &state, PATH, &err), 0);
	put(&(struct place){OURS, 0600});
	ck_assert_int_eq(file_remove(root, before_copy_path(PATH, 0).s, &err), 0);
	ck_assert_int_eq(before_compare(root, &state, PATH, &now, &err), -ENOENT);
	ck_assert_int_eq(before_restore(root, &state, PATH, &err), -ENOENT);
	ck_assert_msg(strstr(err.text, PATH), "%s", err.text);
	unit_assert_file(&dir, PATH, OURS);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("before");

	tcase_add_checked_fixture(tcase, state_setup, state_teardown);
	unit_add_table(tcase, what_became_of_a_file_is_told_and_it_comes_back, rows);
	tcase_add_test(tcase, the_first_record_stands);
	tcase_add_test(tcase, a_copy_is_never_overwritten);
	tcase_add_test(tcase, directories_that_will_be_made_are_remembered);
	tcase_add_test(tcase, what_is_no_file_is_no_before);
	tcase_add_test(tcase, without_its_copy_nothing_is_put_in_its_place);
	return unit_finish();
}
