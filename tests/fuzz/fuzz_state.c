/* SPDX-License-Identifier: MIT */
/* state.json, as power cuts, people and other versions may leave it. */
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/state.h"
#include "apply/state_before.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "fuzz.h"

/* Beyond any number that a list has. */
#define MANY 1000

static char top[64];
static int root = -1;

static void remove_top(void)
{
	static const char *const entries[] = {STATE_FILE, STATE_DIR, "/var/lib", "/var", ""};
	char path[160];

	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		snprintf(path, sizeof(path), "%s%s", top, entries[i]);
		remove(path);
	}
}

/* A root in memory where there is one: each input is written to a file, and synced. */
static void make_top(void)
{
	const char *parent = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";

	snprintf(top, sizeof(top), "%s/sixrelay-fuzz-XXXXXX", parent);
	FUZZ_ASSERT(mkdtemp(top));
	root = file_root_open(top, NULL);
	FUZZ_ASSERT(root >= 0 && file_mkdir(root, STATE_DIR, 0700, NULL) == 0);
	atexit(remove_top);
}

static void put(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_fd) int fd = -1;
	char path[160];

	snprintf(path, sizeof(path), "%s" STATE_FILE, top);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FUZZ_ASSERT(fd >= 0 && write(fd, data, size) == (ssize_t)size);
}

static void check_sites(const struct state *state)
{
	struct site_memory memory[CONF_SITES_MAX];
	size_t count = state_sites(state, memory);

	FUZZ_ASSERT(count <= CONF_SITES_MAX);
	for (size_t i = 0; i < count; i++) {
		struct prefix of = prefix_of(&memory[i].prefix.addr, 64);

		FUZZ_ASSERT(prefix_equal(&of, &memory[i].prefix) && ip_is_global(&of.addr));
		FUZZ_ASSERT(memchr(memory[i].name, '\0', sizeof(memory[i].name)));
		state_site_text(state, memory[i].name, "handshake");
	}
}

/* What a file is put back with. */
static void check_before(const struct state *state, const char *path)
{
	struct before before;

	FUZZ_ASSERT(state_knows_before(state, path));
	if (!state_get_before(state, path, &before) || before.kind == BEFORE_ABSENT)
		return;
	FUZZ_ASSERT(before.kind == BEFORE_FILE || before.kind == BEFORE_LINK);
	FUZZ_ASSERT(before.kind == BEFORE_FILE ? S_ISREG(before.meta.mode)
					       : S_ISLNK(before.meta.mode));
	FUZZ_ASSERT((before.meta.mode & ~(mode_t)(S_IFMT | 07777)) == 0);
	FUZZ_ASSERT(memchr(before.target, '\0', sizeof(before.target)));
	/* chown(2) takes the highest for "leave it". */
	FUZZ_ASSERT(before.meta.uid != (uid_t)-1 && before.meta.gid != (gid_t)-1);
	FUZZ_ASSERT(before.meta.time.tv_nsec >= 0 && before.meta.time.tv_nsec < 1000000000);
}

static void check_units(const struct state *state)
{
	const char *unit, *path, *target;

	for (size_t i = 0; (unit = state_unit(state, i)); i++) {
		FUZZ_ASSERT(state_knows_unit(state, unit));
		state_unit_active(state, unit);
		state_unit_had_interface(state, unit);
		state_unit_is_back(state, unit);
		for (size_t k = 0; state_unit_link(state, unit, k, &path, &target); k++)
			FUZZ_ASSERT(path && target);
		for (size_t k = 0; state_dependent(state, unit, k); k++)
			FUZZ_ASSERT(k < MANY);
	}
	FUZZ_ASSERT(!state_unit(state, SIZE_MAX) && !state_unit(state, (size_t)INT32_MAX + 1));
}

static void check_getters(const struct state *state)
{
	const char *path, *value, *name;
	struct buf content = BUF_INIT;

	check_sites(state);
	for (size_t i = 0; (path = state_before_path(state, i)); i++)
		check_before(state, path);
	check_units(state);
	for (size_t i = 0; state_sysctl(state, i, &path, &value); i++)
		FUZZ_ASSERT(path && value);
	for (size_t i = 0; state_get_kept(state, i, &path, &value); i++)
		state_is_ours(state, path, &content);
	for (size_t i = 0; (name = state_ufw_rule(state, i)); i++)
		state_ufw_before(state, name);
	for (size_t i = 0; (name = state_route(state, i)); i++)
		FUZZ_ASSERT(state_had_route(state, name));
	for (size_t i = 0; (name = state_directory(state, i)); i++)
		state_had_link_directory(state, name);
	for (size_t i = 0; i < state_record_count(state) && i < MANY; i++)
		state_record_line(state, i);
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		state_is_pending(state, (enum stage)stage);
	state_record_time(state);
	state_text(state, "wg_interface");
	state_was_told(state, "boot", "note");
	FUZZ_ASSERT(!state_is_empty(state));
}

/* Whatever was there, what is set is what is there. */
static void check_setters(struct state *state, const char *text)
{
	struct site site = {.name = "home", .state = SITE_DETACHED, .lan_bridge = "bridge"};
	struct before link = {.kind = BEFORE_LINK, .target = "../x", .meta = {.uid = 1}}, before;
	struct buf content = {.data = (char *)(uintptr_t)text, .len = strlen(text)};

	FUZZ_ASSERT(prefix_parse(&site.prefix, "2001:db8:1:2::/64"));
	state_set_text(state, "silent", text);
	FUZZ_ASSERT(!strcmp(state_text(state, "silent"), text));
	state_set_site(state, &site);
	FUZZ_ASSERT(!strcmp(state_site_text(state, "home", "prefix"), "2001:db8:1:2::/64"));
	state_set_ours(state, text, &content);
	FUZZ_ASSERT(state_is_ours(state, text, &content) && state_has_written(state, text));
	state_set_ufw_rule(state, text, "limit -");
	FUZZ_ASSERT(!strcmp(state_ufw_before(state, text), "limit -"));
	state_set_pending(state, STAGE_TUNNEL, true);
	FUZZ_ASSERT(state_is_pending(state, STAGE_TUNNEL));
	state_add_route(state, text);
	FUZZ_ASSERT(state_had_route(state, text));
	state_start_told(state, "boot");
	state_add_told(state, text);
	FUZZ_ASSERT(state_was_told(state, "boot", text));
	state_start_record(state, "2026-11-23T04:55:00Z");
	state_add_record(state, text);
	FUZZ_ASSERT(state_record_count(state) == 1 && !strcmp(state_record_line(state, 0), text));
	state_set_sysctl(state, "/proc/sys/x", "1");
	if (!state_knows_before(state, "/link")) {
		state_set_before(state, "/link", &link);
		FUZZ_ASSERT(state_get_before(state, "/link", &before));
		FUZZ_ASSERT(before.kind == BEFORE_LINK && !strcmp(before.target, "../x"));
	}
	state_set_unit_back(state, "u.service", true);
	FUZZ_ASSERT(state_unit_is_back(state, "u.service"));
}

/* What is saved is what is loaded: saved once more, it is the same. */
static void check_round(struct state *state)
{
	CLEANUP(buf_clear) struct buf saved = BUF_INIT;
	struct state again = STATE_INIT;
	struct error err = ERROR_INIT;

	FUZZ_ASSERT(state_save(state, root, &err) == 0);
	FUZZ_ASSERT(state_load(&again, root, &err) == 0);
	buf_add(&saved, again.on_disk.data, again.on_disk.len);
	FUZZ_ASSERT(buf_equal(&again.on_disk, &state->on_disk));
	FUZZ_ASSERT(state_save(&again, root, &err) == 0);
	FUZZ_ASSERT(buf_equal(&again.on_disk, &saved));
	check_getters(&again);
	state_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);
	struct state state = STATE_INIT;
	struct error err = ERROR_INIT;
	int r;

	if (root < 0)
		make_top();
	put(data, size);
	r = state_load(&state, root, &err);
	if (r < 0) {
		fuzz_check_error(r, &err);
	} else {
		check_getters(&state);
		check_round(&state);
		check_setters(&state, text);
		check_round(&state);
	}
	state_clear(&state);
	return 0;
}
