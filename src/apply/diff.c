/* SPDX-License-Identifier: MIT */
#include "apply/diff.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "apply/changes.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "base/wg_key.h"

#define DIFF_DEADLINE_MS 10000

/* Whether a line of a diff, after its "+", "-" or " ", sets this key: in any case, with blanks and
 * a comment's # before it, as somebody may have written it. */
static bool sets_key(const char *line, size_t len, const char *key)
{
	size_t key_len = strlen(key), start = 1 + strspn(line + 1, " \t#;");

	return start + key_len < len && strchr("+- ", line[0]) &&
	       !strncasecmp(line + start, key, key_len) && strchr("= \t", line[start + key_len]);
}

/* 44 characters of base64 at a line's start are a key that somebody put into the wrong file. */
static bool is_bare_key(const char *line, size_t len)
{
	struct wg_key key;
	bool is_key = len >= 45 && wg_key_parse(&key, line + 1, 44);

	wg_key_wipe(&key);
	return is_key;
}

static bool is_header(const char *line)
{
	return !strncmp(line, "--- ", 4) || !strncmp(line, "+++ ", 4) || *line == '@' ||
	       *line == '\\';
}

static void add_masked(const char *text, bool is_key_file, bool is_secret, bool new_keys,
		       struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (is_header(text))
			buf_add(out, text, len);
		else if (is_secret && (is_key_file || is_bare_key(text, len)))
			buf_addf(out, "%c(hidden)", *text);
		else if (is_key_file && new_keys)
			buf_addf(out, "%c(new)", *text);
		else if (sets_key(text, len, "PrivateKey"))
			buf_addf(out, "%cPrivateKey = (hidden)", *text);
		else if (sets_key(text, len, "PresharedKey"))
			buf_addf(out, "%cPresharedKey = (hidden)", *text);
		else if (new_keys && *text == '+' && sets_key(text, len, "PublicKey"))
			buf_addf(out, "%cPublicKey = (new)", *text);
		else
			buf_add(out, text, len);
		buf_adds(out, "\n");
		text += len;
		text += *text == '\n';
	}
}

int diff_file(const struct file_spec *spec, const struct change *change, bool new_keys,
	      struct buf *out, struct error *err)
{
	CLEANUP(cleanup_fd) int old = file_memory(&change->old);
	CLEANUP(cleanup_fd) int new = file_memory(&spec->content);
	CLEANUP(buf_clear) struct buf output = BUF_INIT;
	const char *suffix = strrchr(spec->path.s, '.');
	bool is_key_file = suffix && (!strcmp(suffix, ".key") || !strcmp(suffix, ".pub"));
	const char *const argv[] = {
		"diff",	   "-u",
		"--label", change->kind == CHANGE_CREATE ? "/dev/null" : spec->path.s,
		"--label", spec->path.s,
		"-",	   "/dev/fd/3",
		NULL,
	};
	int status;

	if (old < 0 || new < 0)
		return error_errno(err, old < 0 ? old : new, "diff");
	if (change->kind == CHANGE_MODE) {
		buf_addf(out, "mode of %s: %04o\n", spec->path.s, (unsigned)spec->mode);
		return 0;
	}
	status = process_run(
		&(struct process){
			.argv = argv, .input = old, .extra = new, .deadline_ms = DIFF_DEADLINE_MS},
		&output, err);
	if (status < 0)
		return status;
	if (status > 1)
		return error_set(err, -EIO, "diff: %s", buf_str(&output));
	add_masked(buf_str(&output), is_key_file, spec->secret, new_keys, out);
	return 0;
}
