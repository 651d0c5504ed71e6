/* SPDX-License-Identifier: MIT */
#include "apply/key_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/accounts.h"
#include "base/cleanup.h"
#include "base/file.h"

#define KEYS_MAX (1024 * 1024)

/* As sshd's safe_path: owned by root or the user, writable by nobody else. */
static bool is_safe(const struct stat *st, const struct account *account)
{
	return (st->st_uid == 0 || st->st_uid == account->uid) && !(st->st_mode & 0022);
}

static bool has_group(const struct account *account, gid_t gid)
{
	for (size_t i = 0; i <= account->group_count; i++)
		if (account->gids[i] == gid)
			return true;
	return false;
}

/* Whether the user has a permission (S_IROTH, S_IXOTH), by the bits of who he is
 * (path_resolution(7), Permissions). */
static bool may(const struct stat *st, const struct account *account, mode_t want)
{
	if (account->uid == 0)
		return true;
	if (st->st_uid == account->uid)
		want <<= 6;
	else if (has_group(account, st->st_gid))
		want <<= 3;
	return st->st_mode & want;
}

/* Where a descriptor's file really is. */
static bool real_path(int fd, struct key_file_path *path)
{
	char link[32];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path->s, sizeof(path->s) - 1);
	path->s[len > 0 ? len : 0] = '\0';
	return len > 0 && *path->s == '/';
}

/* Cuts off the last component. */
static void go_up(struct key_file_path *path)
{
	char *slash = strrchr(path->s, '/');

	slash[slash == path->s] = '\0';
}

/* Looks at the directories above the file that path leads to, which stays at the one that is in
 * the way. */
static enum key_file look_above(int root, const struct account *account, bool strict,
				struct key_file_path *path)
{
	CLEANUP(cleanup_fd) int home_fd = file_open(root, account->home, O_PATH | O_DIRECTORY);
	struct key_file_path home = {""}, top;
	bool in_home = true;
	struct stat st;

	if (!real_path(root, &top) || (home_fd >= 0 && !real_path(home_fd, &home)))
		return KEY_FILE_UNREADABLE;
	while (strcmp(path->s, top.s) != 0 && strcmp(path->s, "/") != 0) {
		go_up(path);
		if (stat(path->s, &st) < 0 || !may(&st, account, S_IXOTH))
			return KEY_FILE_UNREADABLE;
		if (strict && in_home && !is_safe(&st, account))
			return KEY_FILE_UNSAFE;
		in_home = in_home && strcmp(path->s, home.s) != 0;
	}
	return KEY_FILE_READ;
}

/* Below another root, the path as it is there. */
static void tell_below(int root, struct key_file_path *path)
{
	struct key_file_path top;
	size_t len;

	if (!real_path(root, &top) || !strcmp(top.s, "/"))
		return;
	len = strlen(top.s);
	if (!strncmp(path->s, top.s, len))
		memmove(path->s, path->s + len, strlen(path->s + len) + 1);
}

enum key_file key_file_read(int root, const char *name, const struct account *account, bool strict,
			    struct buf *text, struct key_file_path *path)
{
	CLEANUP(cleanup_fd) int fd = file_open(root, name, O_PATH);
	enum key_file found;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !real_path(fd, path))
		return KEY_FILE_ABSENT;
	if (!may(&st, account, S_IROTH))
		found = KEY_FILE_UNREADABLE;
	else if (strict && !is_safe(&st, account))
		found = KEY_FILE_UNSAFE;
	else
		found = look_above(root, account, strict, path);
	tell_below(root, path);
	if (found == KEY_FILE_READ && file_read(root, name, KEYS_MAX, text, NULL, NULL) < 0)
		return KEY_FILE_ABSENT;
	return found;
}
