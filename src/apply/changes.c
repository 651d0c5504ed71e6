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

int change_keep(int root, const char *path, struct kept_path *kept, struct error *err)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT, target = BUF_INIT;
	struct file_meta meta;
	int number = 0;
	int r = file_mkdir(root, STATE_DIR, 0700, err);

	if (r == 0)
		r = file_look(root, path, &meta, &target, err);
	do
		snprintf(kept->s, sizeof(kept->s), STATE_DIR "/kept%s.%d", path, ++number);
	while (number < KEPT_MAX && file_look(root, kept->s, &meta, NULL, NULL) == 0);
	if (r == 0 && target.len) {
		r = file_symlink(root, kept->s, buf_str(&target), NULL, err);
	} else if (r == 0) {
		r = file_read(root, path, FILE_MAX, &content, NULL, err);
		if (r == 0)
			r = file_write(root, kept->s, &content, 0600, err);
	}
	return r < 0 ? error_wrap(err, r, _("keep a copy of %s"), path) : 0;
}
