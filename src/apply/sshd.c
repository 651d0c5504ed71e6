/* SPDX-License-Identifier: MIT */
#include "apply/sshd.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "apply/authorized_keys.h"
#include "apply/state.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/process.h"

#define SSHD_CONFIG "/etc/ssh/sshd_config"
#define SSHD_TEST_FILE STATE_DIR "/sshd-test.conf"
#define SSHD_DEADLINE_MS 20000
#define KEYS_MAX (1024 * 1024)

/* A stream over a file below the root, for fgetpwent and fgetgrent. NULL when there is none. */
static FILE *stream_open(int root, const char *path)
{
	int fd = file_open(root, path, O_RDONLY);
	FILE *stream = fd >= 0 ? fdopen(fd, "re") : NULL;

	if (fd >= 0 && !stream)
		close(fd);
	return stream;
}

/* As sshd's auth_secure_path: owned by root or the user, writable by nobody else. */
static bool is_strict(int root, const char *path, uid_t uid)
{
	CLEANUP(cleanup_fd) int fd = file_open(root, path, O_PATH);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && (st.st_uid == 0 || st.st_uid == uid) &&
	       !(st.st_mode & 0022);
}

static bool user_has_key(int root, const struct passwd *user)
{
	static const char *const names[] = {"authorized_keys", "authorized_keys2"};
	char dir[256], path[512];

	snprintf(dir, sizeof(dir), "%s/.ssh", user->pw_dir);
	if (!is_strict(root, user->pw_dir, user->pw_uid) || !is_strict(root, dir, user->pw_uid))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		if (is_strict(root, path, user->pw_uid) &&
		    file_read(root, path, KEYS_MAX, &text, NULL, NULL) == 0 &&
		    authorized_keys_has_login(buf_str(&text)))
			return true;
	}
	return false;
}

static bool group_gives_root(const char *name)
{
	return !strcmp(name, "sudo") || !strcmp(name, "admin") || !strcmp(name, "wheel");
}

static bool is_admin(int root, const char *user)
{
	CLEANUP(cleanup_stream) FILE *groups = stream_open(root, "/etc/group");
	struct group *group;

	while (groups && (group = fgetgrent(groups)))
		for (char **member = group->gr_mem; group_gives_root(group->gr_name) && *member;
		     member++)
			if (!strcmp(*member, user))
				return true;
	return false;
}

static bool has_shell(const struct passwd *user)
{
	return !strstr(user->pw_shell, "nologin") && !strstr(user->pw_shell, "/false");
}

bool sshd_has_key_login(int root)
{
	CLEANUP(cleanup_stream) FILE *users = stream_open(root, "/etc/passwd");
	struct passwd *user;

	while (users && (user = fgetpwent(users)))
		if (has_shell(user) && (user->pw_uid == 0 || is_admin(root, user->pw_name)) &&
		    user_has_key(root, user))
			return true;
	return false;
}

bool sshd_includes_drop_ins(int root)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;

	if (file_read(root, SSHD_CONFIG, KEYS_MAX, &text, NULL, NULL) < 0)
		return false;
	for (const char *line = buf_str(&text); line; line = strchr(line, '\n')) {
		line += *line == '\n';
		line += strspn(line, " \t");
		if (!strncasecmp(line, "Include", 7) && strstr(line, "sshd_config.d/*") &&
		    strstr(line, "sshd_config.d/*") < line + strcspn(line, "\n"))
			return true;
	}
	return false;
}

int sshd_make_run_dir(int root, struct error *err)
{
	return file_mkdir(root, "/run/sshd", 0755, err);
}

int sshd_settings(int root, bool as_root, struct buf *out, struct error *err)
{
	/* Addresses of RFC 5737. */
	const char *const argv[] = {"sshd", "-T", as_root ? "-C" : NULL,
				    "user=root,host=host.invalid,addr=192.0.2.1,laddr=192.0.2.2,"
				    "lport=22",
				    NULL};
	int status = sshd_make_run_dir(root, err);

	if (status < 0)
		return status;
	status = process_run(
		&(struct process){
			.argv = argv, .input = -1, .extra = -1, .deadline_ms = SSHD_DEADLINE_MS},
		out, err);
	if (status < 0)
		return error_wrap(err, status, "sshd -T");
	/* What follows repeats it. */
	return status == 0 ? 0
			   : error_set(err, -EINVAL, "sshd -T: %.*s",
				       (int)strcspn(buf_str(out), "\r\n"), buf_str(out));
}

int sshd_test(int root, const struct buf *drop_in, struct error *err)
{
	const char *const argv[] = {"sshd", "-t", "-f", SSHD_TEST_FILE, NULL};
	CLEANUP(buf_clear) struct buf text = BUF_INIT, output = BUF_INIT;
	int r, status;

	r = sshd_make_run_dir(root, err);
	if (r == 0)
		r = file_mkdir(root, STATE_DIR, 0700, err);
	if (r < 0)
		return r;
	buf_addf(&text, "%s\nInclude " SSHD_CONFIG "\n", buf_str(drop_in));
	r = file_write(root, SSHD_TEST_FILE, &text, 0600, err);
	if (r < 0)
		return r;
	status = process_run(
		&(struct process){
			.argv = argv, .input = -1, .extra = -1, .deadline_ms = SSHD_DEADLINE_MS},
		&output, err);
	r = file_remove(root, SSHD_TEST_FILE, status < 0 ? NULL : err);
	if (status < 0)
		return error_wrap(err, status, "sshd -t");
	if (status > 0)
		return error_set(err, -EINVAL, _("sshd -t refuses the configuration: %s"),
				 buf_str(&output));
	return r;
}
