/* SPDX-License-Identifier: MIT */
#include "apply/unit_links.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/state.h"
#include "apply/state_before.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file_link.h"
#include "base/file_tree.h"

#define UNIT_DIR "/etc/systemd/system"

typedef int visit_fn(int root, const char *path, const char *target, void *data, struct error *err);

static bool is_link_directory(const char *name)
{
	static const char *const suffixes[] = {".wants", ".requires", ".upholds"};
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (len > strlen(suffixes[i]) &&
		    !strcmp(name + len - strlen(suffixes[i]), suffixes[i]))
			return true;
	return false;
}

/* Calls visit for each link to the unit. */
static int walk(int root, const char *unit, visit_fn *visit, void *data, struct error *err)
{
	CLEANUP(name_list_clear) struct name_list list = NAME_LIST_INIT;
	int r = file_list_directory(root, UNIT_DIR, &list, err);

	for (size_t i = 0; r == 0 && i < list.count; i++) {
		CLEANUP(buf_clear) struct buf path = BUF_INIT, target = BUF_INIT;
		struct file_meta meta;

		if (!is_link_directory(list.names[i]))
			continue;
		buf_addf(&path, UNIT_DIR "/%s/%s", list.names[i], unit);
		r = path.error ? path.error : file_look(root, buf_str(&path), &meta, &target, err);
		if (r == 0 && S_ISLNK(meta.mode))
			r = visit(root, buf_str(&path), buf_str(&target), data, err);
		if (r == -ENOENT)
			r = 0;
	}
	return r;
}

struct walk {
	struct state *recorded; /* to add to */
	const struct state *state;
	const char *unit;
	size_t count;
	bool unknown;
};

static bool is_recorded(const struct state *state, const char *unit, const char *path,
			const char *target)
{
	const char *known_path, *known_target;

	for (size_t i = 0; state_unit_link(state, unit, i, &known_path, &known_target); i++)
		if (!strcmp(path, known_path))
			return !strcmp(target, known_target);
	return false;
}

static int record_one(int root, const char *path, const char *target, void *data, struct error *err)
{
	struct walk *walk = data;

	(void)root;
	(void)err;
	state_add_unit_link(walk->recorded, walk->unit, path, target);
	return 0;
}

int unit_links_record(int root, struct state *state, const char *unit, struct error *err)
{
	struct walk data = {.recorded = state, .unit = unit};
	CLEANUP(name_list_clear) struct name_list list = NAME_LIST_INIT;
	int r = 0;

	/* An empty one, too, is its owner's; what is there at a later record may be of our making.
	 */
	if (!state_unit(state, 1))
		r = file_list_directory(root, UNIT_DIR, &list, err);
	for (size_t i = 0; r == 0 && i < list.count; i++)
		if (is_link_directory(list.names[i]))
			state_add_link_directory(state, list.names[i]);
	return r < 0 ? r : walk(root, unit, record_one, &data, err);
}

static int compare_one(int root, const char *path, const char *target, void *data,
		       struct error *err)
{
	struct walk *walk = data;

	(void)root;
	(void)err;
	walk->count++;
	if (!is_recorded(walk->state, walk->unit, path, target))
		walk->unknown = true;
	return 0;
}

int unit_links_differ(int root, const struct state *state, const char *unit, bool *differ,
		      struct error *err)
{
	struct walk data = {.state = state, .unit = unit};
	int r = walk(root, unit, compare_one, &data, err);
	const char *path, *target;
	size_t count = 0;

	while (state_unit_link(state, unit, count, &path, &target))
		count++;
	*differ = data.unknown || data.count != count;
	return r;
}

static int remove_one(int root, const char *path, const char *target, void *data, struct error *err)
{
	struct walk *walk = data;
	CLEANUP(buf_clear) struct buf parent = BUF_INIT;
	int r;

	if (is_recorded(walk->state, walk->unit, path, target))
		return 0;
	buf_add(&parent, path, (size_t)(strrchr(path, '/') - path));
	r = parent.error ? parent.error : file_remove(root, path, err);
	if (r == 0 && state_had_link_directory(walk->state, strrchr(buf_str(&parent), '/') + 1))
		return 0;
	return r < 0 ? r : file_remove_directory(root, buf_str(&parent), err);
}

int unit_links_restore(int root, const struct state *state, const char *unit, struct error *err)
{
	struct walk data = {.state = state, .unit = unit};
	const char *path, *target;
	int r = walk(root, unit, remove_one, &data, err);

	for (size_t i = 0; r == 0 && state_unit_link(state, unit, i, &path, &target); i++) {
		CLEANUP(buf_clear) struct buf now = BUF_INIT;
		struct file_meta meta;

		if (file_look(root, path, &meta, &now, NULL) < 0 ||
		    strcmp(buf_str(&now), target) != 0)
			r = file_symlink(root, path, target, NULL, err);
	}
	return r;
}
