/* SPDX-License-Identifier: MIT */
#include "apply/before.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/state.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_link.h"
#include "base/i18n.h"

#define FILE_MAX (1024 * 1024)
#define COPIES_MAX 10000

struct before_path before_copy_path(const char *path, unsigned number)
{
	struct before_path copy;

	if (number)
		snprintf(copy.s, sizeof(copy.s), STATE_DIR "/before%s.%u", path, number);
	else
		snprintf(copy.s, sizeof(copy.s), STATE_DIR "/before%s", path);
	return copy;
}

/* What stands at path now; content may be NULL. */
static int look(int root, const char *path, struct before *now, struct buf *content,
		struct error *err)
{
	CLEANUP(buf_clear) struct buf target = BUF_INIT;
	int r;

	*now = (struct before){.kind = BEFORE_ABSENT};
	r = file_look(root, path, &now->meta, &target, err);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (S_ISREG(now->meta.mode)) {
		now->kind = BEFORE_FILE;
		return file_read(root, path, FILE_MAX, content, NULL, err);
	}
	if (!S_ISLNK(now->meta.mode))
		return error_set(err, -EINVAL, "%s: not a regular file", path);
	now->kind = BEFORE_LINK;
	if (target.len >= sizeof(now->target))
		return error_errno(err, -ENAMETOOLONG, "%s", path);
	memcpy(now->target, buf_str(&target), target.len + 1);
	return 0;
}

/* The directories above path that will have to be made. */
static int record_parents(int root, struct state *state, const char *path, struct error *err)
{
	char parent[PATH_MAX];
	struct file_meta meta;

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int r;

		snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
		r = file_look(root, parent, &meta, NULL, err);
		if (r == -ENOENT)
			state_add_directory(state, parent);
		else if (r < 0)
			return r;
	}
	return 0;
}

/* Finds a free name for the copy. One of the same content will do: a run that was cut short before
 * its records were saved has left it. */
static int write_copy(int root, const char *path, const struct buf *content, unsigned *number,
		      struct error *err)
{
	int r = file_mkdir(root, STATE_DIR, 0700, err);

	for (*number = 0; r == 0 && *number < COPIES_MAX; ++*number) {
		CLEANUP(buf_clear) struct buf there = BUF_INIT;
		struct before_path copy = before_copy_path(path, *number);

		r = file_read(root, copy.s, FILE_MAX, &there, NULL, err);
		if (r == -ENOENT)
			return file_write(root, copy.s, content, 0600, err);
		if (r == 0 && buf_equal(&there, content))
			return 0;
	}
	return r < 0 ? r : error_errno(err, -EEXIST, "%s", before_copy_path(path, 0).s);
}

int before_record(int root, struct state *state, const char *path, struct error *err)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT;
	struct before before;
	int r;

	if (state_knows_before(state, path))
		return 0;
	r = look(root, path, &before, &content, err);
	if (r == 0 && before.kind == BEFORE_FILE)
		r = write_copy(root, path, &content, &before.copy, err);
	if (r == 0)
		r = record_parents(root, state, path, err);
	if (r < 0)
		return error_wrap(err, r, _("keep a copy of %s"), path);
	state_set_before(state, path, &before);
	return 0;
}

/* The record, and the content of what was a file. */
static int recall(int root, const struct state *state, const char *path, struct before *before,
		  struct buf *content, struct error *err)
{
	int r;

	if (!state_get_before(state, path, before))
		return error_set(err, -EINVAL, _("%s: what it was before is not understood"), path);
	if (before->kind != BEFORE_FILE)
		return 0;
	r = file_read(root, before_copy_path(path, before->copy).s, FILE_MAX, content, NULL, err);
	if (r == -ENOENT)
		return error_set(err, r, _("%s: the copy of what it was is gone"), path);
	return r;
}

int before_compare(int root, const struct state *state, const char *path, enum before_now *out,
		   struct error *err)
{
	CLEANUP(buf_clear) struct buf was = BUF_INIT, is = BUF_INIT;
	struct before before = {0}, now = {0};
	bool same = false;
	int r = recall(root, state, path, &before, &was, err);

	if (r == 0)
		r = look(root, path, &now, &is, err);
	if (r < 0)
		return r;
	if (before.kind == now.kind)
		same = now.kind == BEFORE_ABSENT ||
		       (now.kind == BEFORE_LINK && !strcmp(now.target, before.target)) ||
		       (now.kind == BEFORE_FILE && buf_equal(&is, &was));
	*out = NOW_OURS;
	if (same && (now.kind != BEFORE_FILE ||
		     (now.meta.mode == before.meta.mode && now.meta.uid == before.meta.uid &&
		      now.meta.gid == before.meta.gid)))
		*out = NOW_SAME;
	else if (!same && now.kind != BEFORE_ABSENT &&
		 (now.kind == BEFORE_LINK || !state_is_ours(state, path, &is)))
		*out = NOW_EDITED;
	return 0;
}

int before_restore(int root, const struct state *state, const char *path, struct error *err)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT;
	struct before before;
	int r = recall(root, state, path, &before, &content, err);

	if (r < 0)
		return r;
	switch (before.kind) {
	case BEFORE_ABSENT:
		return file_remove(root, path, err);
	case BEFORE_FILE:
		return file_restore(root, path, &content, &before.meta, err);
	case BEFORE_LINK:
		return file_symlink(root, path, before.target, &before.meta, err);
	}
	return -EINVAL;
}

int before_remove_rests(int root, const struct state *state, struct error *err)
{
	const char *path;
	int r = 0;

	for (size_t i = 0; r == 0 && (path = state_before_path(state, i)); i++)
		r = file_remove_temp(root, path, err);
	return r;
}
