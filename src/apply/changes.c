/* SPDX-License-Identifier: MIT */
#include "apply/changes.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "apply/before.h"
#include "apply/state.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file_link.h"
#include "base/i18n.h"

#define FILE_MAX (1024 * 1024)
#define KEPT_MAX 10000

static bool is_link(int root, const char *path)
{
	struct file_meta meta;

	return file_look(root, path, &meta, NULL, NULL) == 0 && S_ISLNK(meta.mode);
}

static bool is_recorded(int root, const struct state *state, const char *path)
{
	enum before_now now;

	return state_knows_before(state, path) &&
	       before_compare(root, state, path, &now, NULL) == 0 && now == NOW_SAME;
}

int changes_find(int root, const struct state *state, const struct file_list *list,
		 struct change changes[], struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct file_spec *spec = &list->specs[i];
		struct change *change = &changes[i];
		mode_t mode = 0;
		int r;

		r = file_read(root, spec->path.s, FILE_MAX, &change->old, &mode, err);
		if (r == -ENOENT) {
			change->kind = CHANGE_CREATE;
			change->foreign = is_link(root, spec->path.s);
			continue;
		}
		if (r < 0 && is_link(root, spec->path.s)) {
			buf_clear(&change->old);
			change->kind = CHANGE_UPDATE;
			change->foreign = true;
			continue;
		}
		if (r < 0)
			return r;
		if (!buf_equal(&change->old, &spec->content)) {
			change->kind = CHANGE_UPDATE;
			change->foreign = !state_is_ours(state, spec->path.s, &change->old);
		} else if (mode != spec->mode && !is_link(root, spec->path.s)) {
			change->kind = CHANGE_MODE;
		}
	}
	for (size_t i = 0; i < list->count; i++)
		changes[i].recorded =
			changes[i].foreign && is_recorded(root, state, list->specs[i].path.s);
	return 0;
}

void changes_clear(struct change changes[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_clear(&changes[i].old);
}

/* What is to be kept: a link's target, or a file's content. */
struct original {
	struct buf content, target;
};

static void original_clear(struct original *original)
{
	buf_clear(&original->content);
	buf_clear(&original->target);
}

static int read_original(int root, const char *path, struct original *original, struct error *err)
{
	struct file_meta meta;
	int r = file_look(root, path, &meta, &original->target, err);

	return r < 0 || original->target.len
		       ? r
		       : file_read(root, path, FILE_MAX, &original->content, NULL, err);
}

static bool originals_equal(const struct original *a, const struct original *b)
{
	return buf_equal(&a->content, &b->content) && buf_equal(&a->target, &b->target);
}

/* Finds the copy's name: a free one, or that of a copy of the same. A run that fails is tried again
 * every few minutes, and is not to leave a copy each time. */
static int find_place(int root, const char *path, const struct original *original,
		      struct kept_path *kept, struct error *err)
{
	int r = 0;

	for (int number = 1; r == 0 && number <= KEPT_MAX; number++) {
		struct original there CLEANUP(original_clear) = {BUF_INIT, BUF_INIT};

		snprintf(kept->s, sizeof(kept->s), STATE_DIR "/kept%s.%d", path, number);
		r = read_original(root, kept->s, &there, err);
		if (r == 0 && originals_equal(original, &there))
			return 0;
	}
	return r == -ENOENT ? 0 : r;
}

int change_keep(int root, const char *path, struct kept_path *kept, struct error *err)
{
	struct original original CLEANUP(original_clear) = {BUF_INIT, BUF_INIT};
	int r = file_mkdir(root, STATE_DIR, 0700, err);

	if (r == 0)
		r = read_original(root, path, &original, err);
	if (r == 0)
		r = find_place(root, path, &original, kept, err);
	if (r == 0)
		r = original.target.len
			    ? file_symlink(root, kept->s, buf_str(&original.target), NULL, err)
			    : file_write(root, kept->s, &original.content, 0600, err);
	return r < 0 ? error_wrap(err, r, _("keep a copy of %s"), path) : 0;
}
