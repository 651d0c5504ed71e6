/* SPDX-License-Identifier: MIT */
#include "apply/accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/file.h"

/* A stream over a file below the root, for fgetpwent and its like. NULL when there is none. */
static FILE *stream_open(int root, const char *path)
{
	int fd = file_open(root, path, O_RDONLY);
	FILE *stream = fd >= 0 ? fdopen(fd, "re") : NULL;

	if (fd >= 0 && !stream)
		close(fd);
	return stream;
}

static bool is_member(const struct group *group, const struct account *account)
{
	if (group->gr_gid == account->gids[0])
		return true;
	for (char **member = group->gr_mem; *member; member++)
		if (!strcmp(*member, account->name))
			return true;
	return false;
}

/* Of a user with more groups than there is room for the others are not looked at: he may be taken
 * for somebody who can't log in, and never the other way round (see DenyGroups in logins.c). */
static int read_groups(struct account *account, int root)
{
	CLEANUP(cleanup_stream) FILE *stream = stream_open(root, "/etc/group");
	struct group *group;

	while (stream && (group = fgetgrent(stream)) &&
	       account->group_count < ACCOUNT_GROUPS_MAX - 1) {
		char *name;

		if (!is_member(group, account))
			continue;
		name = strdup(group->gr_name);
		if (!name)
			return -ENOMEM;
		account->groups[account->group_count] = name;
		account->gids[1 + account->group_count++] = group->gr_gid;
	}
	return 0;
}

static bool may_become_root(const struct account *account)
{
	static const char *const names[] = {"sudo", "admin", "wheel"};

	for (size_t i = 0; i < account->group_count; i++)
		for (size_t k = 0; k < ARRAY_SIZE(names); k++)
			if (!strcmp(account->groups[i], names[k]))
				return true;
	return account->uid == 0;
}

/* As sshd's allowed_user; and what logs nobody in by its name. */
static bool is_shell(int root, const char *path)
{
	static const char *const others[] = {"nologin", "false", "true", "sync", "git-shell"};
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	CLEANUP(cleanup_fd) int fd = file_open(root, path, O_PATH);
	struct stat st;

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(name, others[i]))
			return false;
	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & 0111;
}

/* An account that shadow doesn't know can't log in; where there is no shadow, nothing is known. */
static void read_shadow(struct account *account, int root)
{
	CLEANUP(cleanup_stream) FILE *stream = stream_open(root, "/etc/shadow");
	struct spwd *entry = NULL;

	if (!stream)
		return;
	while ((entry = fgetspent(stream)) && strcmp(entry->sp_namp, account->name) != 0)
		;
	account->expires =
		!entry || entry->sp_expire >= 0 || (entry->sp_inact >= 0 && entry->sp_max >= 0);
	account->locked = entry && *entry->sp_pwdp == '!';
}

/* Adds the user to the list if he may become root. */
static int add(struct account_list *list, int root, const struct passwd *user)
{
	struct account *account = array_append(&list->accounts, &list->count, sizeof(*account));
	int r;

	if (!account)
		return -ENOMEM;
	*account = (struct account){
		.name = strdup(user->pw_name),
		.home = strdup(user->pw_dir),
		.shell = strdup(*user->pw_shell ? user->pw_shell : "/bin/sh"),
		.uid = user->pw_uid,
		.gids = {user->pw_gid},
	};
	if (!account->name || !account->home || !account->shell)
		return -ENOMEM;
	r = read_groups(account, root);
	if (r < 0)
		return r;
	account->has_shell = is_shell(root, account->shell);
	read_shadow(account, root);
	return 0;
}

static void account_clear(struct account *account)
{
	for (size_t i = 0; i < account->group_count; i++)
		free(account->groups[i]);
	free(account->name);
	free(account->home);
	free(account->shell);
}

int account_list_read(struct account_list *list, int root)
{
	CLEANUP(cleanup_stream) FILE *stream = stream_open(root, "/etc/passwd");
	struct passwd *user;
	int r = 0;

	while (r == 0 && stream && (user = fgetpwent(stream))) {
		r = add(list, root, user);
		if (r == 0 && !may_become_root(&list->accounts[list->count - 1]))
			account_clear(&list->accounts[--list->count]);
	}
	return r;
}

void account_list_clear(struct account_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		account_clear(&list->accounts[i]);
	free(list->accounts);
	*list = ACCOUNT_LIST_INIT;
}
