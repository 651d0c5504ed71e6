/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

static struct unit_path dir;
static int root;

/* Stands between file.c and the disk: see write() below. */
static struct disk {
	bool watched;
	bool short_writes;	 /* a byte at a time */
	unsigned full_at;	 /* the number of the write that finds no space; 0: none */
	unsigned interrupted_at; /* the one that a signal cuts short */

	unsigned writes, modes;	 /* how many there were; the files' permissions at them, in one */
	char name[NAME_MAX + 2]; /* of the file last written to, "/" before it */
} disk;

static void setup(void)
{
	disk = (struct disk){0};
	dir = unit_directory(&root);
}

static void teardown(void)
{
	close(root);
}

/* In the place of the C library's, whose parameters have reserved names. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
ssize_t write(int fd, const void *data, size_t len)
{
	char link[64], path[PATH_MAX] = "";
	struct stat st;

	if (!disk.watched || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return syscall(SYS_write, fd, data, len);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, path, sizeof(path) - 1) > 0)
		snprintf(disk.name, sizeof(disk.name), "%s", strrchr(path, '/'));
	disk.modes |= st.st_mode;
	disk.writes++;
	if (disk.writes == disk.full_at || disk.writes == disk.interrupted_at) {
		errno = disk.writes == disk.full_at ? ENOSPC : EINTR;
		return -1;
	}
	return syscall(SYS_write, fd, data, disk.short_writes && len ? 1 : len);
}

static int write_text(const char *path, const char *text, unsigned mode, struct error *err)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT;

	buf_adds(&content, text);
	return file_write(root, path, &content, (mode_t)mode, err);
}

static struct unit_path host(const char *path)
{
	struct unit_path joined;

	ck_assert_int_lt(snprintf(joined.s, sizeof(joined.s), "%s%s", dir.s, path),
			 (int)sizeof(joined.s));
	return joined;
}

static void make_link(const char *target, const char *path)
{
	ck_assert_int_eq(symlink(target, host(path).s), 0);
}

START_TEST(a_file_is_written_with_its_mode)
{
	static const unsigned modes[] = {0600, 0644, 0755, 0400};

	umask(0077); /* whatever the caller's is */
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		ck_assert_int_eq(write_text("/f", "one\n", modes[i], NULL), 0);
		unit_assert_file(&dir, "/f", "one\n");
		unit_assert_mode(&dir, "/f", modes[i]);
	}
	ck_assert_uint_eq(unit_count(&dir, ""), 1);
}
END_TEST

START_TEST(contents_come_back)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT, got = BUF_INIT;
	mode_t mode = 0;

	for (int i = 0; i < 70000; i++)
		buf_add(&content, &(char){(char)i}, 1);
	ck_assert_int_eq(file_write(root, "/f", &content, 0640, NULL), 0);
	ck_assert_int_eq(file_read(root, "/f", content.len, &got, &mode, NULL), 0);
	ck_assert(buf_equal(&content, &got));
	ck_assert_uint_eq(mode, 0640);
}
END_TEST

START_TEST(an_empty_file_is_one)
{
	CLEANUP(buf_clear) struct buf none = BUF_INIT, got = BUF_INIT;

	ck_assert_int_eq(file_write(root, "/f", &none, 0644, NULL), 0);
	ck_assert_int_eq(file_read(root, "/f", 0, &got, NULL, NULL), 0);
	ck_assert_uint_eq(got.len, 0);
	ck_assert(file_exists(root, "/f"));
}
END_TEST

START_TEST(missing_parents_are_made)
{
	ck_assert_int_eq(write_text("/a/b/c/f", "x", 0600, NULL), 0);
	unit_assert_file(&dir, "/a/b/c/f", "x");
	unit_assert_mode(&dir, "/a", 0755);
	unit_assert_mode(&dir, "/a/b/c", 0755);
}
END_TEST

START_TEST(a_symlink_is_replaced_and_not_followed)
{
	unit_write(&dir, "/target", "mine", 0644);
	make_link("target", "/f");
	ck_assert_int_eq(write_text("/f", "new", 0600, NULL), 0);
	unit_assert_file(&dir, "/target", "mine");
	unit_assert_file(&dir, "/f", "new");
	unit_assert_mode(&dir, "/f", 0600); /* of the entry itself */
}
END_TEST

START_TEST(a_secret_is_never_readable_by_others)
{
	umask(0);
	disk.watched = true;
	ck_assert_int_eq(write_text("/key", "secret", 0600, NULL), 0);
	ck_assert_uint_gt(disk.writes, 0);
	ck_assert_uint_eq(disk.modes & 0077, 0);
	unit_assert_mode(&dir, "/key", 0600);
}
END_TEST

/* Whoever left a file behind with our temporary name may still have it open. */
START_TEST(what_a_run_cut_short_left_behind_is_not_written_to)
{
	static const unsigned modes[] = {0600, 0644, 0666};
	struct unit_path left;

	disk.watched = true;
	ck_assert_int_eq(write_text("/key", "secret", 0600, NULL), 0);
	ck_assert_msg(*disk.name, "no temporary name was seen");
	left = host(disk.name);
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		char text[16] = "";
		int fd;

		unit_write(&dir, disk.name, "left", modes[i]);
		fd = open(left.s, O_RDONLY | O_CLOEXEC);
		disk.modes = 0;
		ck_assert_int_eq(write_text("/key", "other", 0600, NULL), 0);
		ck_assert_uint_eq(disk.modes & 0077, 0);
		unit_assert_file(&dir, "/key", "other");
		unit_assert_mode(&dir, "/key", 0600);
		ck_assert_uint_eq(unit_count(&dir, ""), 1);
		ck_assert_int_eq(read(fd, text, sizeof(text) - 1), 4);
		ck_assert_str_eq(text, "left");
		close(fd);
	}
}
END_TEST

START_TEST(a_full_disk_leaves_the_old_file_and_nothing_else)
{
	struct error err = ERROR_INIT;

	unit_write(&dir, "/a/f", "old", 0644);
	for (unsigned at = 1; at <= 4; at++) {
		disk = (struct disk){.watched = true, .short_writes = true, .full_at = at};
		ck_assert_int_eq(write_text("/a/f", "new one", 0644, &err), -ENOSPC);
		ck_assert_msg(strstr(err.text, "/a/f") && strstr(err.text, strerror(ENOSPC)), "%s",
			      err.text);
		unit_assert_file(&dir, "/a/f", "old");
		ck_assert_uint_eq(unit_count(&dir, "/a"), 1);
	}
}
END_TEST

START_TEST(short_writes_and_signals_are_gone_on_after)
{
	disk = (struct disk){.watched = true, .short_writes = true, .interrupted_at = 3};
	ck_assert_int_eq(write_text("/f", "0123456789", 0644, NULL), 0);
	unit_assert_file(&dir, "/f", "0123456789");
}
END_TEST

START_TEST(readers_see_the_old_file_or_the_new_one)
{
	struct stat before, after;
	char text[8] = "";
	int fd;

	unit_write(&dir, "/f", "old", 0644);
	fd = open(host("/f").s, O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(fstat(fd, &before), 0);
	ck_assert_int_eq(write_text("/f", "new", 0644, NULL), 0);
	ck_assert_int_eq(read(fd, text, sizeof(text)), 3);
	ck_assert_str_eq(text, "old");
	close(fd);
	ck_assert_int_eq(stat(host("/f").s, &after), 0);
	ck_assert_msg(before.st_ino != after.st_ino, "written in place");
}
END_TEST

static const char *const unwritable[] = {
	"/dir",	       /* a directory stands there */
	"/file/f",     /* a file where a directory should be */
	"relative",    /* no absolute path */
	"/dir/",       /* no name */
	"/loop/a/b/c", /* a symlink to itself */
};

START_TEST(what_cannot_be_written_is_named_and_leaves_nothing)
{
	struct error err = ERROR_INIT;
	size_t before;

	unit_write(&dir, "/file", "mine", 0644);
	unit_write(&dir, "/dir/mine", "mine", 0644);
	make_link("loop", "/loop");
	before = unit_count(&dir, "");
	ck_assert_int_lt(write_text(unwritable[_i], "x", 0600, &err), 0);
	ck_assert_int_lt(err.code, 0);
	ck_assert_msg(strstr(err.text, unwritable[_i]), "%s", err.text);
	ck_assert_uint_eq(unit_count(&dir, ""), before);
	ck_assert_uint_eq(unit_count(&dir, "/dir"), 1);
	unit_assert_file(&dir, "/file", "mine");
}
END_TEST

START_TEST(a_name_as_long_as_may_be_does_not_go_wrong)
{
	CLEANUP(buf_clear) struct buf path = BUF_INIT;

	buf_adds(&path, "/");
	for (int i = 0; i < NAME_MAX; i++)
		buf_adds(&path, "n");
	ck_assert_int_eq(write_text(buf_str(&path), "x", 0600, NULL), -ENAMETOOLONG);
	for (int i = 0; i < PATH_MAX; i++)
		buf_adds(&path, "/n");
	ck_assert_int_lt(write_text(buf_str(&path), "x", 0600, NULL), 0);
	ck_assert_uint_eq(unit_count(&dir, ""), 0);
}
END_TEST

START_TEST(a_buffer_that_failed_is_not_written)
{
	struct buf content = {.error = -ENOMEM};
	struct error err = ERROR_INIT;

	unit_write(&dir, "/f", "old", 0644);
	ck_assert_int_eq(file_write(root, "/f", &content, 0644, &err), -ENOMEM);
	unit_assert_file(&dir, "/f", "old");
}
END_TEST

/* The root is a wall: as after a chroot. */
static const struct {
	const char *target; /* of the symbolic link /link */
	const char *path, *stays;
} escapes[] = {
	{"/etc", "/link/f", "/etc/f"},
	{"../../../etc", "/link/f", "/etc/f"},
	{"/", "/link/f", "/f"},
	{"..", "/link/f", "/f"},
	{"/etc", "/link/../f", "/f"},
	{"/etc", "/../../f", "/f"},
	{"/etc/new/../..", "/link/f", NULL},
};

START_TEST(a_link_out_of_the_root_stays_in_it)
{
	ck_assert_int_eq(mkdir(host("/etc").s, 0755), 0);
	make_link(escapes[_i].target, "/link");
	if (!escapes[_i].stays) {
		ck_assert_int_lt(write_text(escapes[_i].path, "x", 0644, NULL), 0);
		return;
	}
	ck_assert_int_eq(write_text(escapes[_i].path, "inside", 0644, NULL), 0);
	unit_assert_file(&dir, escapes[_i].stays, "inside");
	ck_assert(file_exists(root, escapes[_i].path));
}
END_TEST

START_TEST(a_link_is_read_inside_the_root)
{
	CLEANUP(buf_clear) struct buf got = BUF_INIT;

	unit_write(&dir, "/etc/hostname", "inside", 0644);
	make_link("/etc/hostname", "/link");
	ck_assert_int_eq(file_read(root, "/link", 100, &got, NULL, NULL), 0);
	ck_assert_str_eq(buf_str(&got), "inside");
	make_link("/proc/self/exe", "/out");
	ck_assert_int_eq(file_read(root, "/out", 100, &got, NULL, NULL), -ENOENT);
}
END_TEST

/* Until it is killed. */
static pid_t keep_renaming(const char *from, const char *to)
{
	const struct unit_path a = host(from), b = host(to);
	pid_t child = fork();

	while (child == 0)
		if (rename(a.s, b.s) < 0 || rename(b.s, a.s) < 0)
			_exit(1);
	ck_assert_int_gt(child, 0);
	return child;
}

/* The kernel then can't tell whether ".." led out of the root (openat2(2), EAGAIN). */
START_TEST(a_link_upwards_is_followed_while_files_are_renamed)
{
	unsigned failed = 0;
	pid_t child;

	unit_write(&dir, "/a/f", "x", 0644);
	unit_write(&dir, "/b/restless", "x", 0644);
	make_link("../a/f", "/b/link");
	child = keep_renaming("/b/restless", "/b/renamed");
	for (int i = 0; i < 20000; i++) {
		CLEANUP(cleanup_fd) int fd = file_open(root, "/b/link", O_RDONLY);

		failed += fd < 0;
	}
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_uint_eq(failed, 0);
}
END_TEST

START_TEST(reading_stops_at_the_limit)
{
	static const struct {
		size_t max;
		int expected;
	} rows[] = {{10, 0}, {11, 0}, {9, -EFBIG}, {0, -EFBIG}};

	unit_write(&dir, "/f", "0123456789", 0644);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_clear) struct buf got = BUF_INIT;
		struct error err = ERROR_INIT;

		buf_adds(&got, "what was there before does not count; ");
		ck_assert_int_eq(file_read(root, "/f", rows[i].max, &got, NULL, &err),
				 rows[i].expected);
		if (rows[i].expected)
			ck_assert_ptr_nonnull(strstr(err.text, "/f"));
		else
			ck_assert_ptr_nonnull(
				strstr(buf_str(&got), "before does not count; 012345"));
	}
}
END_TEST

START_TEST(what_is_not_there_is_no_error_of_ours)
{
	CLEANUP(buf_clear) struct buf got = BUF_INIT;
	struct error err = ERROR_INIT;

	unit_write(&dir, "/file", "x", 0644);
	make_link("nowhere", "/dangling");
	ck_assert_int_eq(file_read(root, "/none", 10, &got, NULL, &err), -ENOENT);
	ck_assert_int_eq(file_read(root, "/none/none", 10, &got, NULL, &err), -ENOENT);
	ck_assert_int_eq(file_read(root, "/dangling", 10, &got, NULL, &err), -ENOENT);
	ck_assert_str_eq(err.text, "");
	ck_assert(!file_exists(root, "/none"));
	ck_assert(!file_exists(root, "/dangling"));
	ck_assert(file_exists(root, "/file"));
	ck_assert(file_exists(root, "/"));
}
END_TEST

START_TEST(only_regular_files_are_read)
{
	CLEANUP(buf_clear) struct buf got = BUF_INIT;
	struct error err = ERROR_INIT;

	ck_assert_int_eq(mkdir(host("/dir").s, 0755), 0);
	ck_assert_int_eq(mkfifo(host("/fifo").s, 0644), 0);
	ck_assert_int_lt(file_read(root, "/dir", 10, &got, NULL, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "/dir"));
	/* Nobody writes to it: an open that waits would wait for ever. */
	ck_assert_int_lt(file_read(root, "/fifo", 10, &got, NULL, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "/fifo"));
}
END_TEST

START_TEST(directories_are_made_once)
{
	struct error err = ERROR_INIT;

	ck_assert_int_eq(file_mkdir(root, "/a/b/c", 0700, NULL), 0);
	unit_assert_mode(&dir, "/a", 0755);
	unit_assert_mode(&dir, "/a/b", 0755);
	unit_assert_mode(&dir, "/a/b/c", 0700);
	ck_assert_int_eq(file_mkdir(root, "/a/b/c", 0755, NULL), 0);
	unit_assert_mode(&dir, "/a/b/c", 0700); /* somebody may have meant it */
	unit_write(&dir, "/f", "x", 0644);
	ck_assert_int_lt(file_mkdir(root, "/f", 0700, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "/f"));
	ck_assert_int_lt(file_mkdir(root, "/f/g", 0700, &err), 0);
	ck_assert_int_eq(symlink("/nowhere", host("/l").s), 0);
	ck_assert_int_eq(file_mkdir(root, "/l", 0700, &err), -ENOENT);
	ck_assert_str_eq(err.text, "mkdir /l: a link to nowhere");
	ck_assert_int_eq(file_mkdir(root, "/l/g", 0700, &err), -ENOENT);
}
END_TEST

START_TEST(modes_are_set)
{
	struct error err = ERROR_INIT;

	unit_write(&dir, "/f", "x", 0644);
	ck_assert_int_eq(file_chmod(root, "/f", 0600, NULL), 0);
	unit_assert_mode(&dir, "/f", 0600);
	ck_assert_int_eq(file_chmod(root, "/none", 0600, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "/none"));
}
END_TEST

START_TEST(removing_is_done_once)
{
	struct error err = ERROR_INIT;

	unit_write(&dir, "/a/f", "x", 0644);
	unit_write(&dir, "/target", "x", 0644);
	make_link("target", "/link");
	ck_assert_int_eq(file_remove(root, "/a/f", &err), 0);
	ck_assert_int_eq(file_remove(root, "/a/f", &err), 0);
	ck_assert_int_eq(file_remove(root, "/none/f", &err), 0);
	ck_assert_int_eq(file_remove(root, "/link", &err), 0);
	ck_assert(!file_exists(root, "/a/f"));
	ck_assert(file_exists(root, "/target"));
	ck_assert_int_lt(file_remove(root, "/a", &err), 0); /* a directory */
	ck_assert_ptr_nonnull(strstr(err.text, "/a"));
}
END_TEST

START_TEST(a_root_must_be_a_directory)
{
	struct error err = ERROR_INIT;

	unit_write(&dir, "/f", "x", 0644);
	ck_assert_int_eq(file_root_open(host("/none").s, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "/none"));
	ck_assert_int_eq(file_root_open(host("/f").s, &err), -ENOTDIR);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("file");

	tcase_add_checked_fixture(tcase, setup, teardown);
	unit_add_table(tcase, what_cannot_be_written_is_named_and_leaves_nothing, unwritable);
	unit_add_table(tcase, a_link_out_of_the_root_stays_in_it, escapes);
	tcase_add_test(tcase, a_file_is_written_with_its_mode);
	tcase_add_test(tcase, contents_come_back);
	tcase_add_test(tcase, an_empty_file_is_one);
	tcase_add_test(tcase, missing_parents_are_made);
	tcase_add_test(tcase, a_symlink_is_replaced_and_not_followed);
	tcase_add_test(tcase, a_secret_is_never_readable_by_others);
	tcase_add_test(tcase, what_a_run_cut_short_left_behind_is_not_written_to);
	tcase_add_test(tcase, a_full_disk_leaves_the_old_file_and_nothing_else);
	tcase_add_test(tcase, short_writes_and_signals_are_gone_on_after);
	tcase_add_test(tcase, readers_see_the_old_file_or_the_new_one);
	tcase_add_test(tcase, a_name_as_long_as_may_be_does_not_go_wrong);
	tcase_add_test(tcase, a_buffer_that_failed_is_not_written);
	tcase_add_test(tcase, a_link_is_read_inside_the_root);
	tcase_add_test(tcase, a_link_upwards_is_followed_while_files_are_renamed);
	tcase_add_test(tcase, reading_stops_at_the_limit);
	tcase_add_test(tcase, what_is_not_there_is_no_error_of_ours);
	tcase_add_test(tcase, only_regular_files_are_read);
	tcase_add_test(tcase, directories_are_made_once);
	tcase_add_test(tcase, modes_are_set);
	tcase_add_test(tcase, removing_is_done_once);
	tcase_add_test(tcase, a_root_must_be_a_directory);
	return unit_finish();
}
