/* SPDX-License-Identifier: MIT */
#include "apply/state.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "apply/state_json.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_tree.h"
#include "base/i18n.h"
#include "metadata/instance.h"
#include "metadata/json.h"
#include "metadata/vultr.h"

#define STATE_MAX (8 * 1024 * 1024)
/* Raised when this version would misread what a later one writes; a field more is no reason. */
#define STATE_FORMAT 1

static int parse(struct state *state, const struct buf *text)
{
	state->root = cJSON_ParseWithOpts(buf_str(text), NULL, true);
	return cJSON_IsObject(state->root) ? 0 : -EINVAL;
}

/* What is there twice would be set in one place and read in the other one. */
static int check(const struct state *state, const char *path, struct error *err)
{
	const cJSON *format = cJSON_GetObjectItemCaseSensitive(state->root, "format");
	int r = json_check_names(state->root, err);

	if (r < 0)
		return error_wrap(err, r, "%s", path);
	if (!format || (cJSON_IsNumber(format) && format->valueint <= STATE_FORMAT))
		return 0;
	return error_set(err, -EINVAL,
			 _("%s is of a newer sixrelay, and this one would misread it; install the "
			   "newer one again"),
			 path);
}

/* Copies of before without a state: not a machine that was never touched. */
static int find_copies(int root, bool *found, struct error *err)
{
	CLEANUP(name_list_clear) struct name_list list = NAME_LIST_INIT;
	static const char end[] = ".before";
	int r = file_list_directory(root, STATE_DIR, &list, err);

	*found = false;
	for (size_t i = 0; i < list.count; i++) {
		size_t len = strlen(list.names[i]);

		*found |= !strcmp(list.names[i], "before") ||
			  (len > strlen(end) && !strcmp(list.names[i] + len - strlen(end), end));
	}
	return r;
}

/* state.json isn't there. What is saved next goes there, whatever it is. */
static int load_records(struct state *state, int root, struct error *err)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	int r = file_read(root, STATE_RECORDS, STATE_MAX, &text, NULL, err);
	bool lost = r == 0;

	if (r == 0 && parse(state, &text) == 0)
		return check(state, STATE_RECORDS, err);
	if (r == -ENOENT)
		r = find_copies(root, &lost, err);
	if (r < 0)
		return r;
	if (lost)
		return error_set(err, -EINVAL,
				 _("%s is gone, and with it what the machine was before the first "
				   "apply; copies of its files are below %s/before"),
				 STATE_FILE, STATE_DIR);
	state->root = cJSON_CreateObject();
	return state->root ? 0 : error_errno(err, -ENOMEM, "%s", STATE_FILE);
}

int state_load(struct state *state, int root, struct error *err)
{
	int r;

	state_clear(state);
	r = file_read(root, STATE_FILE, STATE_MAX, &state->on_disk, NULL, err);
	if (r == -ENOENT)
		return load_records(state, root, err);
	if (r < 0)
		return r;
	if (parse(state, &state->on_disk) == 0)
		return check(state, STATE_FILE, err);
	if (file_exists(root, STATE_RECORDS))
		return error_set(err, -EINVAL,
				 _("%s: not a JSON object; move it away, and its second copy, %s, "
				   "is used"),
				 STATE_FILE, STATE_RECORDS);
	return error_set(err, -EINVAL,
			 _("%s: not a JSON object; it tells what the machine was before the first "
			   "apply, and there is no second copy"),
			 STATE_FILE);
}

bool state_is_empty(const struct state *state)
{
	return !state->on_disk.len && !(state->root && state->root->child);
}

static int print(const struct state *state, struct buf *text, struct error *err)
{
	char *printed;

	if (!cJSON_GetObjectItemCaseSensitive(state->root, "format"))
		cJSON_AddNumberToObject(state->root, "format", STATE_FORMAT);
	printed = cJSON_Print(state->root);
	if (!printed)
		return error_errno(err, -ENOMEM, "%s", STATE_FILE);
	buf_addf(text, "%s\n", printed);
	cJSON_free(printed);
	/* The next run would not read it, and the way back would be shut. */
	if (text->len > STATE_MAX)
		return error_set(err, -EFBIG, _("%s: larger than %d bytes"), STATE_FILE, STATE_MAX);
	return 0;
}

int state_save(struct state *state, int root, struct error *err)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	int r = print(state, &text, err);

	if (r < 0 || (!text.error && buf_equal(&text, &state->on_disk)))
		return r;
	r = file_mkdir(root, STATE_DIR, 0700, err);
	if (r == 0)
		r = file_write(root, STATE_FILE, &text, 0600, err);
	if (r == 0) {
		buf_clear(&state->on_disk);
		state->on_disk = text;
		text = BUF_INIT;
	}
	return r;
}

int state_save_records(struct state *state, int root, struct error *err)
{
	CLEANUP(buf_clear) struct buf old = BUF_INIT;
	int r = state_save(state, root, err);

	if (r == 0)
		r = file_read(root, STATE_RECORDS, STATE_MAX, &old, NULL, err);
	if (r == 0 && buf_equal(&old, &state->on_disk))
		return 0;
	return r < 0 && r != -ENOENT ? r
				     : file_write(root, STATE_RECORDS, &state->on_disk, 0600, err);
}

void state_clear(struct state *state)
{
	cJSON_Delete(state->root);
	buf_clear(&state->on_disk);
	*state = STATE_INIT;
}

struct digest {
	char s[2 * crypto_generichash_BYTES + 1];
};

static struct digest digest_of(const struct buf *content)
{
	unsigned char hash[crypto_generichash_BYTES];
	struct digest digest;

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)buf_str(content),
			   content->len, NULL, 0);
	sodium_bin2hex(digest.s, sizeof(digest.s), hash, sizeof(hash));
	return digest;
}

bool state_is_ours(const struct state *state, const char *path, const struct buf *content)
{
	static const char *const lists[] = {"written", "writing"};
	struct digest digest = digest_of(content);

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const char *hash =
			cJSON_GetStringValue(state_json_find(state->root, lists[i], path));

		if (hash && !strcmp(hash, digest.s))
			return true;
	}
	return false;
}

bool state_has_written(const struct state *state, const char *path)
{
	return state_json_find(state->root, "written", path);
}

void state_set_ours(struct state *state, const char *path, const struct buf *content)
{
	state_json_set_text(state_json_object(state->root, "written"), path, digest_of(content).s);
	if (state_json_find(state->root, "writing", path))
		state_json_set_text(state_json_object(state->root, "writing"), path, NULL);
}

void state_forget_ours(struct state *state, const char *path)
{
	state_json_set_text(state_json_object(state->root, "written"), path, NULL);
	state_json_set_text(state_json_object(state->root, "writing"), path, NULL);
}

void state_set_writing(struct state *state, const char *path, const struct buf *content)
{
	state_json_set_text(state_json_object(state->root, "writing"), path, digest_of(content).s);
}

void state_set_kept(struct state *state, const char *path, const char *copy)
{
	state_json_set_text(state_json_object(state->root, "kept"), path, copy);
}

bool state_get_kept(const struct state *state, size_t i, const char **path, const char **copy)
{
	const cJSON *kept = cJSON_GetObjectItemCaseSensitive(state->root, "kept");
	const cJSON *item = cJSON_IsObject(kept) ? cJSON_GetArrayItem(kept, (int)i) : NULL;

	*copy = cJSON_GetStringValue(item);
	*path = item ? item->string : NULL;
	return *path && *copy;
}

bool state_is_pending(const struct state *state, enum stage stage)
{
	const cJSON *pending = cJSON_GetObjectItemCaseSensitive(state->root, "pending");

	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(pending, stage_name(stage)));
}

void state_set_pending(struct state *state, enum stage stage, bool pending)
{
	cJSON *object = state_json_object(state->root, "pending");

	cJSON_DeleteItemFromObjectCaseSensitive(object, stage_name(stage));
	if (pending)
		cJSON_AddTrueToObject(object, stage_name(stage));
}

const char *state_ufw_before(const struct state *state, const char *rule)
{
	return state_json_text(cJSON_GetObjectItemCaseSensitive(state->root, "ufw"), rule);
}

void state_set_ufw_rule(struct state *state, const char *rule, const char *before)
{
	state_json_set_text(state_json_object(state->root, "ufw"), rule, before);
}

const char *state_ufw_rule(const struct state *state, size_t i)
{
	const cJSON *rules = cJSON_GetObjectItemCaseSensitive(state->root, "ufw");
	const cJSON *rule = cJSON_IsObject(rules) ? cJSON_GetArrayItem(rules, (int)i) : NULL;

	return rule ? rule->string : NULL;
}

size_t state_sites(const struct state *state, struct site_memory memory[static CONF_SITES_MAX])
{
	const cJSON *sites = cJSON_GetObjectItemCaseSensitive(state->root, "sites"), *site;
	size_t count = 0;

	for (site = cJSON_IsObject(sites) ? sites->child : NULL; site; site = site->next) {
		const char *prefix = state_json_text(site, "prefix");
		struct site_memory *one = &memory[count];

		if (count == CONF_SITES_MAX)
			break;
		if (!prefix || !prefix_parse(&one->prefix, prefix) || one->prefix.len != 64 ||
		    !ip_is_global(&one->prefix.addr) || strlen(site->string) >= sizeof(one->name))
			continue;
		snprintf(one->name, sizeof(one->name), "%s", site->string);
		count++;
	}
	return count;
}

void state_set_site(struct state *state, const struct site *site)
{
	state_set_site_text(state, site->name, "prefix",
			    site->state == SITE_WAITING ? NULL : prefix_text(&site->prefix).s);
	if (site->state == SITE_WAITING)
		return;
	state_set_site_text(state, site->name, "router_interface", site->router_interface);
	state_set_site_text(state, site->name, "lan_bridge", site->lan_bridge);
}

const char *state_site_text(const struct state *state, const char *site, const char *key)
{
	const cJSON *sites = cJSON_GetObjectItemCaseSensitive(state->root, "sites");

	return state_json_text(cJSON_GetObjectItemCaseSensitive(sites, site), key);
}

void state_set_site_text(struct state *state, const char *site, const char *key, const char *value)
{
	if (value || state_site_text(state, site, key))
		state_json_set_text(
			state_json_object(state_json_object(state->root, "sites"), site), key,
			value);
}

const char *state_text(const struct state *state, const char *key)
{
	return state_json_text(state->root, key);
}

void state_set_text(struct state *state, const char *key, const char *value)
{
	state_json_set_text(state->root, key, value);
}

bool state_was_told(const struct state *state, const char *boot, const char *note)
{
	const cJSON *told = cJSON_GetObjectItemCaseSensitive(state->root, "told"), *item;
	const char *in = state_json_text(told, "boot");

	if (!in || strcmp(in, boot) != 0)
		return false;
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(told, "notes"))
	{
		if (cJSON_IsString(item) && !strcmp(item->valuestring, note))
			return true;
	}
	return false;
}

/* Gives the object a text, and an empty list in place of the one that it may have. */
static void start_list(const struct state *state, const char *name, const char *key,
		       const char *value, const char *list)
{
	cJSON *object = state_json_object(state->root, name);

	state_json_set_text(object, key, value);
	cJSON_DeleteItemFromObjectCaseSensitive(object, list);
	cJSON_AddArrayToObject(object, list);
}

void state_start_told(struct state *state, const char *boot)
{
	start_list(state, "told", "boot", boot, "notes");
}

void state_add_told(struct state *state, const char *note)
{
	cJSON *told = cJSON_GetObjectItemCaseSensitive(state->root, "told");

	cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(told, "notes"),
			     cJSON_CreateString(note));
}

static const cJSON *record_lines(const struct state *state)
{
	const cJSON *record = cJSON_GetObjectItemCaseSensitive(state->root, "last_apply");

	return cJSON_GetObjectItemCaseSensitive(record, "changed");
}

void state_start_record(struct state *state, const char *time)
{
	start_list(state, "last_apply", "time", time, "changed");
}

void state_add_record(struct state *state, const char *line)
{
	cJSON *lines = (cJSON *)record_lines(state);

	if (cJSON_IsArray(lines))
		cJSON_AddItemToArray(lines, cJSON_CreateString(line));
}

const char *state_record_time(const struct state *state)
{
	return state_json_text(cJSON_GetObjectItemCaseSensitive(state->root, "last_apply"), "time");
}

size_t state_record_count(const struct state *state)
{
	return (size_t)cJSON_GetArraySize(record_lines(state));
}

const char *state_record_line(const struct state *state, size_t i)
{
	return cJSON_GetStringValue(cJSON_GetArrayItem(record_lines(state), (int)i));
}

int state_save_instance(int root, const struct instance *instance, struct error *err)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT, old = BUF_INIT;
	int r = vultr_print(instance, &text);

	if (r < 0)
		return error_errno(err, r, "%s", STATE_METADATA);
	r = file_read(root, STATE_METADATA, STATE_MAX, &old, NULL, err);
	if (r == 0 && buf_equal(&text, &old))
		return 0;
	r = file_mkdir(root, STATE_DIR, 0700, err);
	return r < 0 ? r : file_write(root, STATE_METADATA, &text, 0600, err);
}

int state_load_instance(int root, struct instance *instance, struct error *err)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	int r = file_read(root, STATE_METADATA, STATE_MAX, &text, NULL, err);

	if (r == 0 && vultr_parse(instance, buf_str(&text), text.len, err) < 0)
		r = error_wrap(err, -EINVAL, _("%s is damaged, and made anew by sixrelay apply"),
			       STATE_METADATA);
	return r;
}

struct file_path state_script_path(const char *site)
{
	struct file_path path;

	snprintf(path.s, sizeof(path.s), STATE_DIR "/script-%s.rsc", site);
	return path;
}
