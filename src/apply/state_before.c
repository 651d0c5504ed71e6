/* SPDX-License-Identifier: MIT */
#include "apply/state_before.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/state.h"
#include "apply/state_json.h"

bool state_knows_before(const struct state *state, const char *path)
{
	return state_json_find(state->root, "before", path);
}

void state_set_before(struct state *state, const char *path, const struct before *before)
{
	static const char *const kinds[] = {
		[BEFORE_ABSENT] = "absent",
		[BEFORE_FILE] = "file",
		[BEFORE_LINK] = "link",
	};
	const struct file_meta *meta = &before->meta;
	char text[64];
	cJSON *record;

	if (state_knows_before(state, path))
		return;
	record = state_json_object(state_json_object(state->root, "before"), path);
	state_json_set_text(record, "was", kinds[before->kind]);
	if (before->kind == BEFORE_ABSENT)
		return;
	snprintf(text, sizeof(text), "%04o", (unsigned)(meta->mode & 07777));
	if (before->kind == BEFORE_FILE)
		state_json_set_text(record, "mode", text);
	else
		state_json_set_text(record, "target", before->target);
	if (before->kind == BEFORE_FILE && before->copy) {
		snprintf(text, sizeof(text), "%u", before->copy);
		state_json_set_text(record, "copy", text);
	}
	snprintf(text, sizeof(text), "%lu:%lu", (unsigned long)meta->uid, (unsigned long)meta->gid);
	state_json_set_text(record, "owner", text);
	snprintf(text, sizeof(text), "%lld.%09ld", (long long)meta->time.tv_sec,
		 (long)meta->time.tv_nsec);
	state_json_set_text(record, "modified", text);
}

static bool parse_meta(const cJSON *record, struct file_meta *meta)
{
	const char *owner = state_json_text(record, "owner");
	const char *modified = state_json_text(record, "modified");
	unsigned long uid, gid;
	long long seconds;
	long nanoseconds;

	if (!owner || sscanf(owner, "%lu:%lu", &uid, &gid) != 2 || !modified ||
	    sscanf(modified, "%lld.%9ld", &seconds, &nanoseconds) != 2)
		return false;
	/* chown(2) would leave the highest as it is. */
	if (uid >= (uid_t)-1 || gid >= (gid_t)-1 || nanoseconds < 0)
		return false;
	meta->uid = (uid_t)uid;
	meta->gid = (gid_t)gid;
	meta->time.tv_sec = (time_t)seconds;
	meta->time.tv_nsec = nanoseconds;
	return true;
}

bool state_get_before(const struct state *state, const char *path, struct before *before)
{
	const cJSON *record = state_json_find(state->root, "before", path);
	const char *was = state_json_text(record, "was");
	const char *mode = state_json_text(record, "mode");
	const char *target = state_json_text(record, "target");
	const char *copy = state_json_text(record, "copy");
	unsigned bits;

	*before = (struct before){.kind = BEFORE_ABSENT};
	if (!was || !strcmp(was, "absent"))
		return was;
	if (!parse_meta(record, &before->meta))
		return false;
	if (!strcmp(was, "file")) {
		before->kind = BEFORE_FILE;
		if (!mode || sscanf(mode, "%o", &bits) != 1 || bits > 07777)
			return false;
		if (copy && sscanf(copy, "%u", &before->copy) != 1)
			return false;
		before->meta.mode = S_IFREG | bits;
		return true;
	}
	before->kind = BEFORE_LINK;
	before->meta.mode = S_IFLNK | 0777;
	if (strcmp(was, "link") != 0 || !target || strlen(target) >= sizeof(before->target))
		return false;
	memcpy(before->target, target, strlen(target) + 1);
	return true;
}

/* Member number i of an object or a list. */
static const cJSON *member(const cJSON *parent, size_t i)
{
	return cJSON_IsObject(parent) || cJSON_IsArray(parent) ? cJSON_GetArrayItem(parent, (int)i)
							       : NULL;
}

static const cJSON *member_of(const struct state *state, const char *name, size_t i)
{
	return member(cJSON_GetObjectItemCaseSensitive(state->root, name), i);
}

static const char *key_of(const cJSON *item)
{
	return item ? item->string : NULL;
}

const char *state_before_path(const struct state *state, size_t i)
{
	return key_of(member_of(state, "before", i));
}

static bool list_has(const cJSON *list, const char *text)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		const char *entry = cJSON_GetStringValue(item);

		if (entry && !strcmp(entry, text))
			return true;
	}
	return false;
}

static void list_add(cJSON *parent, const char *name, const char *text)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(parent, name);

	if (!cJSON_IsArray(list)) {
		cJSON_DeleteItemFromObjectCaseSensitive(parent, name);
		list = cJSON_AddArrayToObject(parent, name);
	}
	if (!list_has(list, text))
		cJSON_AddItemToArray(list, cJSON_CreateString(text));
}

void state_add_directory(struct state *state, const char *path)
{
	list_add(state->root, "directories", path);
}

const char *state_directory(const struct state *state, size_t i)
{
	return cJSON_GetStringValue(member_of(state, "directories", i));
}

bool state_knows_unit(const struct state *state, const char *unit)
{
	return state_json_find(state->root, "units", unit);
}

void state_set_unit(struct state *state, const char *unit, bool active, bool has_interface)
{
	cJSON *record;

	if (state_knows_unit(state, unit))
		return;
	record = state_json_object(state_json_object(state->root, "units"), unit);
	cJSON_AddBoolToObject(record, "active", active);
	cJSON_AddBoolToObject(record, "interface", has_interface);
}

void state_add_unit_link(struct state *state, const char *unit, const char *path,
			 const char *target)
{
	cJSON *record = state_json_object(state_json_object(state->root, "units"), unit);

	state_json_set_text(state_json_object(record, "links"), path, target);
}

const char *state_unit(const struct state *state, size_t i)
{
	return key_of(member_of(state, "units", i));
}

static const cJSON *unit_member(const struct state *state, const char *unit, const char *key)
{
	const cJSON *record = state_json_find(state->root, "units", unit);

	return cJSON_IsObject(record) ? cJSON_GetObjectItemCaseSensitive(record, key) : NULL;
}

bool state_unit_active(const struct state *state, const char *unit)
{
	return cJSON_IsTrue(unit_member(state, unit, "active"));
}

bool state_unit_had_interface(const struct state *state, const char *unit)
{
	return cJSON_IsTrue(unit_member(state, unit, "interface"));
}

bool state_unit_is_back(const struct state *state, const char *unit)
{
	return cJSON_IsTrue(unit_member(state, unit, "back"));
}

void state_set_unit_back(struct state *state, const char *unit, bool back)
{
	cJSON *record = state_json_object(state_json_object(state->root, "units"), unit);

	cJSON_DeleteItemFromObjectCaseSensitive(record, "back");
	if (back)
		cJSON_AddTrueToObject(record, "back");
}

bool state_unit_link(const struct state *state, const char *unit, size_t i, const char **path,
		     const char **target)
{
	const cJSON *item = member(unit_member(state, unit, "links"), i);

	*path = key_of(item);
	*target = cJSON_GetStringValue(item);
	return *path && *target;
}

void state_add_link_directory(struct state *state, const char *name)
{
	list_add(state->root, "link_directories", name);
}

bool state_had_link_directory(const struct state *state, const char *name)
{
	return list_has(cJSON_GetObjectItemCaseSensitive(state->root, "link_directories"), name);
}

void state_add_dependent(struct state *state, const char *unit, const char *dependent)
{
	list_add(state_json_object(state->root, "dependents"), unit, dependent);
}

const char *state_dependent(const struct state *state, const char *unit, size_t i)
{
	return cJSON_GetStringValue(member(state_json_find(state->root, "dependents", unit), i));
}

void state_set_sysctl(struct state *state, const char *path, const char *value)
{
	if (!state_json_find(state->root, "sysctl", path))
		state_json_set_text(state_json_object(state->root, "sysctl"), path, value);
}

bool state_sysctl(const struct state *state, size_t i, const char **path, const char **value)
{
	const cJSON *item = member_of(state, "sysctl", i);

	*path = key_of(item);
	*value = cJSON_GetStringValue(item);
	return *path && *value;
}

void state_add_route(struct state *state, const char *route)
{
	list_add(state->root, "routes", route);
}

bool state_had_route(const struct state *state, const char *route)
{
	return list_has(cJSON_GetObjectItemCaseSensitive(state->root, "routes"), route);
}

const char *state_route(const struct state *state, size_t i)
{
	return cJSON_GetStringValue(member_of(state, "routes", i));
}
