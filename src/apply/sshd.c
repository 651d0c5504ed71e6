/* SPDX-License-Identifier: MIT */
#include "apply/sshd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_tree.h"
#include "base/i18n.h"
#include "base/process.h"
#include "render/files.h"

#define SSHD_DEADLINE_MS 20000

bool sshd_includes_drop_ins(int root)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;

	if (file_read(root, SSHD_CONFIG, SSHD_CONFIG_MAX, &text, NULL, NULL) < 0)
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

/* sshd -t, or -T, on the machine's configuration; with a drop-in's text before all else. */
static int run(int root, const char *option, const struct buf *drop_in, const char *user,
	       struct buf *out, struct error *err)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT, connection = BUF_INIT;
	CLEANUP(cleanup_fd) int config = -1;
	const char *argv[] = {"sshd", option, "-f", SSHD_CONFIG, NULL, NULL, NULL};
	int r = sshd_make_run_dir(root, err);

	if (r < 0)
		return r;
	if (drop_in) {
		buf_addf(&text, "%s\nInclude " SSHD_CONFIG "\n", buf_str(drop_in));
		config = text.error ? text.error : file_memory(&text);
		if (config < 0)
			return error_errno(err, config, "sshd %s", option);
		argv[3] = "/dev/stdin";
	}
	if (user) {
		/* Addresses of RFC 5737. */
		buf_addf(&connection,
			 "user=%s,host=host.invalid,addr=192.0.2.1,laddr=192.0.2.2,lport=22", user);
		argv[4] = "-C";
		argv[5] = buf_str(&connection);
	}
	r = process_run(&(struct process){.argv = argv,
					  .input = config,
					  .extra = -1,
					  .deadline_ms = SSHD_DEADLINE_MS},
			out, err);
	return r < 0 ? error_wrap(err, r, "sshd %s", option) : r;
}

int sshd_settings(int root, const struct buf *drop_in, const char *user, struct buf *out,
		  struct error *err)
{
	size_t start = out->len;
	int status = run(root, "-T", drop_in, user, out, err);

	if (status <= 0)
		return status;
	/* What follows repeats it. */
	return error_set(err, -EINVAL, "sshd -T: %.*s", (int)strcspn(buf_str(out) + start, "\r\n"),
			 buf_str(out) + start);
}

int sshd_test(int root, const struct buf *drop_in, struct error *err)
{
	CLEANUP(buf_clear) struct buf output = BUF_INIT;
	int status = run(root, "-t", drop_in, NULL, &output, err);

	if (status <= 0)
		return status;
	return error_set(err, -EINVAL, _("sshd -t refuses the configuration: %s"),
			 buf_str(&output));
}

/* Size and times of what is there: of a change that keeps them nobody needs to know. */
static void add_file(int root, const char *path, struct buf *out)
{
	CLEANUP(cleanup_fd) int fd = file_open(root, path, O_PATH);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	buf_addf(out, "%s %ju %jd %jd.%09ld %jd.%09ld\n", path, (uintmax_t)st.st_ino,
		 (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		 (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

static void add_directory(int root, const char *path, struct buf *out)
{
	CLEANUP(name_list_clear) struct name_list list = NAME_LIST_INIT;

	if (file_list_directory(root, path, &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.count; i++) {
		char name[PATH_MAX];

		/* Ours, whose text the caller knows, comes and goes with the answer. */
		if (snprintf(name, sizeof(name), "%s/%s", path, list.names[i]) <
			    (int)sizeof(name) &&
		    strcmp(name, FILE_SSHD) != 0 && strcmp(name, SSHD_DROP_INS) != 0)
			add_file(root, name, out);
	}
}

void sshd_list_files(int root, struct buf *out)
{
	static const char *const accounts[] = {"/etc/passwd", "/etc/group"};
	struct process_path program;

	for (size_t i = 0; i < ARRAY_SIZE(accounts); i++)
		add_file(root, accounts[i], out);
	if (process_find(&program, "sshd"))
		add_file(root, program.s, out);
	add_directory(root, "/etc/ssh", out);
	add_directory(root, SSHD_DROP_INS, out);
}

/* Up to the first Match block, which is about some alone. */
static bool text_forbids_root(const char *text)
{
	static const char keyword[] = "PermitRootLogin";

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		line += strspn(line, " \t");
		if (!strncasecmp(line, "Match", 5) && strchr(" \t=", line[5]) && line[5])
			return false;
		if (strncasecmp(line, keyword, strlen(keyword)) != 0)
			continue;
		line += strlen(keyword);
		line += strspn(line, " \t=\"");
		if (!strncasecmp(line, "no", 2) || !strncasecmp(line, "forced", 6))
			return true;
	}
	return false;
}

static bool file_forbids_root(int root, const char *path)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;

	return file_read(root, path, SSHD_CONFIG_MAX, &text, NULL, NULL) == 0 &&
	       text_forbids_root(buf_str(&text));
}

bool sshd_forbids_root(int root)
{
	CLEANUP(name_list_clear) struct name_list list = NAME_LIST_INIT;

	if (file_forbids_root(root, SSHD_CONFIG))
		return true;
	if (file_list_directory(root, SSHD_DROP_INS, &list, NULL) < 0)
		return false;
	for (size_t i = 0; i < list.count; i++) {
		char path[PATH_MAX];

		if (snprintf(path, sizeof(path), SSHD_DROP_INS "/%s", list.names[i]) >=
			    (int)sizeof(path) ||
		    !strcmp(path, FILE_SSHD))
			continue;
		if (file_forbids_root(root, path))
			return true;
	}
	return false;
}
