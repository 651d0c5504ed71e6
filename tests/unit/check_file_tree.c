/* SPDX-License-Identifier: MIT */
/* Directories, and symbolic links themselves. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file_link.h"
#include "base/file_tree.h"

static struct unit_path dir;
static int root;
static struct error err;

static void setup(void)
{
	dir = unit_directory(&root);
	err = ERROR_INIT;
}

static void teardown(void)
{
	close(root);
}

START_TEST(names_come_in_order)
{
	CLEANUP(name_list_clear) struct name_list list = NAME_LIST_INIT;

	unit_write(&dir, "/d/b", "", 0644);
	unit_write(&dir, "/d/c/x", "", 0644);
	unit_write(&dir, "/d/.a", "", 0644);
	ck_assert_int_eq(file_list_directory(root, "/d", &list, &err), 0);
	ck_assert_uint_eq(list.count, 3);
	ck_assert_str_eq(list.names[0], ".a");
	ck_assert_str_eq(list.names[1], "b");
	ck_assert_str_eq(list.names[2], "c");
}
END_TEST

START_TEST(a_directory_that_is_not_there_has_no_names)
{
	CLEANUP(name_list_clear) struct name_list list = NAME_LIST_INIT;

	unit_write(&dir, "/file", "", 0644);
	ck_assert_int_eq(file_list_directory(root, "/d", &list, &err), 0);
	ck_assert_int_eq(file_list_directory(root, "/file", &list, &err), 0);
	ck_assert_int_eq(file_list_directory(root, "/file/d", &list, &err), 0);
	ck_assert_uint_eq(list.count, 0);
}
END_TEST

START_TEST(only_an_empty_directory_goes)
{
	unit_write(&dir, "/d/e/x", "", 0644);
	ck_assert_int_eq(file_remove_directory(root, "/d", &err), 0);
	ck_assert(file_exists(root, "/d/e/x"));
	ck_assert_int_eq(file_remove(root, "/d/e/x", &err), 0);
	ck_assert_int_eq(file_remove_directory(root, "/d/e", &err), 0);
	ck_assert_int_eq(file_remove_directory(root, "/d", &err), 0);
	ck_assert_int_eq(file_remove_directory(root, "/d", &err), 0);
	ck_assert(!file_exists(root, "/d"));
}
END_TEST

START_TEST(a_tree_goes_and_what_its_links_lead_to_stays)
{
	unit_write(&dir, "/d/e/f", "", 0644);
	unit_write(&dir, "/d/g", "", 0000);
	unit_write(&dir, "/other/x", "", 0644);
	ck_assert_int_eq(file_symlink(root, "/d/e/l", "/other", NULL, &err), 0);
	ck_assert_msg(file_remove_tree(root, "/d", &err) == 0, "%s", err.text);
	ck_assert(!file_exists(root, "/d"));
	ck_assert(file_exists(root, "/other/x"));
	ck_assert_int_eq(file_remove_tree(root, "/d", &err), 0);
	ck_assert_int_eq(file_remove_tree(root, "/other/x", &err), 0);
	ck_assert(!file_exists(root, "/other/x"));
}
END_TEST

START_TEST(a_link_is_looked_at_itself)
{
	CLEANUP(buf_clear) struct buf target = BUF_INIT;
	struct file_meta meta;

	unit_write(&dir, "/d/file", "", 0640);
	ck_assert_int_eq(file_symlink(root, "/d/link", "file", NULL, &err), 0);
	ck_assert_int_eq(file_symlink(root, "/new/dangling", "/nowhere", NULL, &err), 0);
	ck_assert_int_eq(file_look(root, "/d/file", &meta, &target, &err), 0);
	ck_assert_uint_eq(meta.mode, S_IFREG | 0640);
	ck_assert_uint_eq(target.len, 0);
	ck_assert_int_eq(file_look(root, "/d/link", &meta, &target, &err), 0);
	ck_assert(S_ISLNK(meta.mode));
	ck_assert_str_eq(buf_str(&target), "file");
	ck_assert_int_eq(file_look(root, "/new/dangling", &meta, NULL, &err), 0);
	ck_assert(S_ISLNK(meta.mode));
	ck_assert_int_eq(file_look(root, "/d/absent", &meta, NULL, &err), -ENOENT);
	ck_assert_int_eq(file_look(root, "/d/file/x", &meta, NULL, &err), -ENOENT);
	ck_assert_int_eq(file_check_absent(root, "/d/absent", &err), 0);
	ck_assert_str_eq(err.text, "");
	ck_assert_int_eq(file_check_absent(root, "/new/dangling", &err), -ENOENT);
	ck_assert_str_eq(err.text, "/new/dangling: a link to nowhere");
}
END_TEST

START_TEST(a_link_replaces_what_stands_there)
{
	CLEANUP(buf_clear) struct buf target = BUF_INIT;
	struct file_meta meta, old = {.uid = getuid(), .gid = getgid(), .time = {86400, 5}};

	unit_write(&dir, "/d/x", "text", 0644);
	ck_assert_int_eq(file_symlink(root, "/d/x", "first", NULL, &err), 0);
	ck_assert_int_eq(file_symlink(root, "/d/x", "second", &old, &err), 0);
	ck_assert_int_eq(file_look(root, "/d/x", &meta, &target, &err), 0);
	ck_assert_str_eq(buf_str(&target), "second");
	ck_assert_int_eq(meta.time.tv_sec, 86400);
	ck_assert_int_eq(meta.time.tv_nsec, 5);
	ck_assert_uint_eq(unit_count(&dir, "/d"), 1);
}
END_TEST

START_TEST(what_a_killed_write_has_left_goes_alone)
{
	unit_write(&dir, "/d/.x.sixrelay", "half", 0600);
	unit_write(&dir, "/d/x", "whole", 0600);
	ck_assert_int_eq(file_remove_temp(root, "/d/x", &err), 0);
	ck_assert_int_eq(file_remove_temp(root, "/d/x", &err), 0);
	ck_assert_int_eq(file_remove_temp(root, "/absent/x", &err), 0);
	ck_assert_uint_eq(unit_count(&dir, "/d"), 1);
	unit_assert_file(&dir, "/d/x", "whole");
}
END_TEST

START_TEST(what_killed_writes_have_left_in_a_directory_goes_alone)
{
	static const char *const others[] = {"/d/x.sixrelay", "/d/..sixrelay", "/d/.x.sixrelay.1"};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		unit_write(&dir, others[i], "mine", 0600);
	unit_write(&dir, "/d/.x.sixrelay", "half", 0600);
	unit_write(&dir, "/d/.another.conf.sixrelay", "half", 0600);
	ck_assert_int_eq(file_remove_temps(root, "/d", &err), 0);
	ck_assert_uint_eq(unit_count(&dir, "/d"), ARRAY_SIZE(others));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		unit_assert_file(&dir, others[i], "mine");
	ck_assert_int_eq(file_remove_temps(root, "/absent", &err), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("file_tree");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, names_come_in_order);
	tcase_add_test(tcase, a_directory_that_is_not_there_has_no_names);
	tcase_add_test(tcase, only_an_empty_directory_goes);
	tcase_add_test(tcase, a_tree_goes_and_what_its_links_lead_to_stays);
	tcase_add_test(tcase, a_link_is_looked_at_itself);
	tcase_add_test(tcase, a_link_replaces_what_stands_there);
	tcase_add_test(tcase, what_a_killed_write_has_left_goes_alone);
	tcase_add_test(tcase, what_killed_writes_have_left_in_a_directory_goes_alone);
	return unit_finish();
}
