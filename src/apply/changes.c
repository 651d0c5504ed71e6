/* SPDX-License-Identifier: MIT */
#include "apply/changes.h"

#include <errno.h>
#include <stdio.h>

#include "apply/state.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"

#define FILE_MAX (1024 * 1024)
#define KEPT_MAX 10000

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
			continue;
		}
		if (r < 0)
			return r;
		if (!buf_equal(&change->old, &spec->content)) {
			change->kind = CHANGE_UPDATE;
			change->foreign = !state_is_ours(state, spec->path.s, &change->old);
		} else if (mode != spec->mode) {
			change->kind = CHANGE_MODE;
		}
	}
	return 0;
}

void changes_clear(struct change changes[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_clear(&changes[i].old);
}

int change_keep(int root, const struct state *state, const struct file_spec *spec,
		const struct change *change, struct kept_path *path, struct error *err)
{
	int number = 0;
	int r = file_mkdir(root, STATE_DIR, 0700, err);

	if (r < 0)
		return r;
	if (!state_knows_before(state, spec->path.s)) {
		snprintf(path->s, sizeof(path->s), STATE_DIR "/before%s", spec->path.s);
	} else {
		do
			snprintf(path->s, sizeof(path->s), STATE_DIR "/kept%s.%d", spec->path.s,
				 ++number);
		while (number < KEPT_MAX && file_exists(root, path->s));
	}
	r = file_write(root, path->s, &change->old, 0600, err);
	return r < 0 ? error_wrap(err, r, _("keep a copy of %s"), spec->path.s) : 0;
}
