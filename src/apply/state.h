/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "relay/relay.h"
#include "render/files.h"

struct cJSON;
struct error;
struct instance;

/* What the agent remembers between runs, in /var/lib/sixrelay: state.json, the last good metadata,
 * the scripts as last announced, and copies of the files it replaced. What the machine was before
 * all of that is in state_before.h. */

#define STATE_DIR "/var/lib/sixrelay"
#define STATE_FILE STATE_DIR "/state.json"
/* The state as it was at the last change: what a state.json that is lost is replaced by. */
#define STATE_RECORDS STATE_DIR "/records.json"

struct state {
	struct cJSON *root;
	struct buf on_disk; /* state.json as it was read or last written */
};

#define STATE_INIT ((struct state){0})

/* The last good metadata. */
#define STATE_METADATA STATE_DIR "/metadata.json"

/* Reads state.json, or when it isn't there records.json; with neither the state is empty. -EINVAL
 * when it can't be understood, as one of a newer version whose format is another one or one that
 * says a thing twice, or when it is gone and copies of before tell that there was one. What a newer
 * version has added is kept. */
int state_load(struct state *state, int root, struct error *err);

/* Nothing was ever applied here, or all was reverted. */
bool state_is_empty(const struct state *state);

/* Writes state.json if it differs from what is on disk. -EFBIG, and nothing written, when it is
 * more than state_load would read. */
int state_save(struct state *state, int root, struct error *err);

/* The same, and to records.json. */
int state_save_records(struct state *state, int root, struct error *err);

void state_clear(struct state *state);

/* Whether the content is what the agent itself last wrote to path, or was about to write: a run
 * that is cut short doesn't come to say that it has. */
bool state_is_ours(const struct state *state, const char *path, const struct buf *content);
/* Whether it has written there at all. */
bool state_has_written(const struct state *state, const char *path);
void state_set_ours(struct state *state, const char *path, const struct buf *content);
void state_forget_ours(struct state *state, const char *path);
void state_set_writing(struct state *state, const char *path, const struct buf *content);

/* The last copy that was kept of a file; by number, for whoever lists them, with the file's path.
 * False when there is no such number. */
void state_set_kept(struct state *state, const char *path, const char *copy);
bool state_get_kept(const struct state *state, size_t i, const char **path, const char **copy);

/* A stage whose files were written but whose units have not yet followed: a run that is cut short
 * between the two leaves it set, and the next one restarts them. */
bool state_is_pending(const struct state *state, enum stage stage);
void state_set_pending(struct state *state, enum stage stage, bool pending);

/* Firewall rules that the agent added itself, by their arguments as one string, each with what
 * stood in its place before (ufw.h). Asked by number they end with NULL. */
const char *state_ufw_before(const struct state *state, const char *rule); /* NULL: not ours */
const char *state_ufw_rule(const struct state *state, size_t i);
void state_set_ufw_rule(struct state *state, const char *rule, const char *before);

/* The sites' prefixes, into memory (room for CONF_SITES_MAX). Returns how many. */
size_t state_sites(const struct state *state, struct site_memory memory[static CONF_SITES_MAX]);
void state_set_site(struct state *state, const struct site *site);

/* Text that belongs to a site, NULL when there is none: "handshake" (the router's public key that
 * it was seen with), "announced" (in which boot its script was last announced, and on which
 * consoles), "detached" (its prefix, while that is gone), and what its script was made of:
 * "router_interface" and "lan_bridge". */
const char *state_site_text(const struct state *state, const char *site, const char *key);
void state_set_site_text(struct state *state, const char *site, const char *key, const char *value);

/* Text of the agent as a whole: "wg_interface" and "listen_port" (as
 * they were last applied); "silent" (since when the metadata service gives no good answer);
 * and of the NIC before the first change: "nic" (its name), "allmulti" ("on" or
 * "off"). */
const char *state_text(const struct state *state, const char *key);
void state_set_text(struct state *state, const char *key, const char *value);

/* The notes that the last apply told, and in which boot. */
bool state_was_told(const struct state *state, const char *boot, const char *note);
void state_start_told(struct state *state, const char *boot);
void state_add_told(struct state *state, const char *note);

/* The last apply that changed something: when (ISO 8601, UTC) and a line for each change. */
void state_start_record(struct state *state, const char *time);
void state_add_record(struct state *state, const char *line);
const char *state_record_time(const struct state *state);
size_t state_record_count(const struct state *state);
const char *state_record_line(const struct state *state, size_t i);

/* The last good metadata. Saved only when it differs from what is there. Loading: -ENOENT without
 * a text when nothing was applied yet. */
int state_save_instance(int root, const struct instance *instance, struct error *err);
int state_load_instance(int root, struct instance *instance, struct error *err);

/* The file of a site's script as last announced. */
struct file_path state_script_path(const char *site);
