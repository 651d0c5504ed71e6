/* SPDX-License-Identifier: MIT */
#include "apply/revert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/changes.h"
#include "apply/sshd.h"
#include "apply/sshd_answers.h"
#include "apply/state.h"
#include "apply/tunnel_guard.h"
#include "apply/unit_dependents.h"
#include "apply/unit_links.h"
#include "apply/units.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_link.h"
#include "base/file_tree.h"
#include "base/i18n.h"
#include "base/process.h"
#include "net/netlink.h"
#include "net/netlink_change.h"
#include "render/files.h"

struct gathered {
	enum before_now *files;
	struct revert_unit *units;
	struct sysctl_value *sysctls;
	struct inventory inventory;
};

static void gathered_clear(struct gathered *gathered)
{
	free(gathered->files);
	free(gathered->units);
	free(gathered->sysctls);
	inventory_clear(&gathered->inventory);
}

bool revert_is_due(const struct state *state)
{
	return !state_is_empty(state);
}

bool revert_leaves_rest(const struct revert *revert)
{
	return !revert->live && state_text(revert->state, "snapshot") &&
	       !state_text(revert->state, "reverted");
}

static int gather_files(const struct revert *revert, struct gathered *g, struct error *err)
{
	const char *path;
	size_t count = 0;

	while (state_before_path(revert->state, count))
		count++;
	g->files = calloc(count + 1, sizeof(*g->files));
	if (!g->files)
		return error_errno(err, -ENOMEM, "revert");
	/* What can't be compared is left to the step that puts it back, and fails alone. */
	for (size_t i = 0; (path = state_before_path(revert->state, i)); i++)
		if (before_compare(revert->root, revert->state, path, &g->files[i], NULL) < 0)
			g->files[i] = NOW_OURS;
	return 0;
}

static int gather_units(const struct revert *revert, struct gathered *g, struct error *err)
{
	struct unit_status status;
	const char *unit;
	size_t count = 0;
	int r = 0;

	while (state_unit(revert->state, count))
		count++;
	g->units = calloc(count + 1, sizeof(*g->units));
	if (!g->units)
		return error_errno(err, -ENOMEM, "revert");
	for (size_t i = 0; r == 0 && (unit = state_unit(revert->state, i)); i++) {
		r = unit_links_differ(revert->root, revert->state, unit, &g->units[i].links_differ,
				      err);
		if (r < 0 || !revert->live)
			continue;
		r = units_query(revert->units, unit, &status, err);
		g->units[i].running = r == 0 && strcmp(status.active_state, "inactive") != 0;
	}
	return r;
}

static int gather_sysctls(const struct revert *revert, struct gathered *g, struct error *err)
{
	const char *path, *value;
	size_t count = 0;

	while (state_sysctl(revert->state, count, &path, &value))
		count++;
	g->sysctls = calloc(count + 1, sizeof(*g->sysctls));
	if (!g->sysctls)
		return error_errno(err, -ENOMEM, "revert");
	for (size_t i = 0; state_sysctl(revert->state, i, &path, &value); i++)
		sysctl_read(revert->root, path, &g->sysctls[i]);
	return 0;
}

/* The unit to reload; one that isn't running reads its files at the next login. */
static int find_sshd(const struct revert *revert, const char **sshd, struct error *err)
{
	static const char *const names[] = {"ssh.service", "sshd.service"};
	struct unit_status status;
	int r = 0;

	for (size_t i = 0; r == 0 && !*sshd && i < 2; i++) {
		r = units_query(revert->units, names[i], &status, err);
		if (r == 0 && unit_is_active(&status))
			*sshd = names[i];
	}
	return r;
}

int revert_prepare(const struct revert *revert, struct revert_plan *plan, struct error *err)
{
	struct gathered g CLEANUP(gathered_clear) = {0};
	struct revert_facts facts = {.live = revert->live, .keep_keys = revert->keep_keys};
	struct process_path path;
	int r;

	if (state_text(revert->state, "reverted"))
		return 0;
	r = gather_files(revert, &g, err);
	if (r == 0)
		r = gather_units(revert, &g, err);
	if (r == 0 && revert->live)
		r = gather_sysctls(revert, &g, err);
	if (r == 0 && revert->live)
		r = netlink_inventory(&g.inventory, err);
	if (r == 0 && revert->live)
		r = find_sshd(revert, &facts.sshd, err);
	if (r < 0)
		return r;
	facts.files = g.files;
	facts.units = g.units;
	facts.sysctls = g.sysctls;
	facts.inventory = &g.inventory;
	facts.has_ufw = process_find(&path, "ufw");
	revert_plan_make(plan, revert->state, &facts);
	return plan->error ? error_errno(err, plan->error, "revert") : 0;
}

/* With a configuration that somebody removed wg-quick can't take its interface down; nor its hooks'
 * rule, with one that was edited. */
static int remove_leftover(const struct revert *revert, const char *unit, struct error *err)
{
	struct link_name interface;
	int r;

	if (!unit_wgquick_interface(unit, &interface))
		return 0;
	r = tunnel_guard_remove(interface.s, err);
	if (r < 0 || (state_unit_had_interface(revert->state, unit) &&
		      !state_unit_active(revert->state, unit)))
		return r;
	return netlink_delete_link(interface.s, err);
}

/* Those that will be stopped with a unit that comes back are known after a revert that was cut
 * short, too. */
static int record_dependents(const struct revert *revert, const char *unit, struct error *err)
{
	int r;

	if (!state_unit_active(revert->state, unit))
		return 0;
	r = unit_dependents_record(revert->units, revert->state, unit, err);
	return r < 0 ? r : state_save(revert->state, revert->root, err);
}

static int stop_unit(const struct revert *revert, const char *unit, struct error *err)
{
	int r = record_dependents(revert, unit, err);

	if (r == 0)
		r = units_run(revert->units, UNIT_STOP, unit, err);
	if (r == 0 || r == -ENOENT)
		r = units_reset_failed(revert->units, unit, err);
	return r < 0 ? r : remove_leftover(revert, unit, err);
}

static bool has_files_back(const struct revert *revert, const char *unit)
{
	enum before_now now;
	const char *path;

	for (size_t i = 0; (path = state_before_path(revert->state, i)); i++)
		if (revert_is_file_of(unit, path) &&
		    (before_compare(revert->root, revert->state, path, &now, NULL) < 0 ||
		     now != NOW_SAME))
			return false;
	return true;
}

/* Notes that what runs from now on is not ours; one that could not be stopped still is. Before it
 * is started, not after: a run that is killed in between finds it stopped. */
static int note_unit_back(const struct revert *revert, const char *unit, struct error *err)
{
	char active_state[16];
	int r;

	if (state_unit_is_back(revert->state, unit) || !has_files_back(revert, unit))
		return 0;
	r = units_query_now(revert->units, unit, active_state, err);
	if (r < 0 || unit_is_up(active_state))
		return r;
	state_set_unit_back(revert->state, unit, true);
	return state_save(revert->state, revert->root, err);
}

/* A unit that is no more, its package removed since, can't come back. */
static int start_unit(const struct revert *revert, const char *unit, struct error *err)
{
	int r = note_unit_back(revert, unit, err);

	if (r == 0)
		r = units_run(revert->units, UNIT_START, unit, err);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return unit_dependents_start(revert->units, revert->state, unit, err);
}

static int put_back(const struct revert *revert, const struct revert_step *step, struct error *err)
{
	struct kept_path kept;
	enum before_now now;
	int r;

	r = before_compare(revert->root, revert->state, step->name, &now, err);
	if (r < 0 || (step->same && now == NOW_SAME))
		return r;
	/* For a run after this one: sshd has read it. */
	if (!strcmp(step->name, FILE_SSHD) && revert->live) {
		state_set_text(revert->state, "sshd", "replaced");
		r = state_save(revert->state, revert->root, err);
		if (r < 0)
			return r;
	}
	/* Or it could not be read when the plan was made. */
	if (step->edited || (!step->same && now == NOW_EDITED)) {
		r = change_keep(revert->root, step->name, &kept, err);
		if (r < 0)
			return r;
		revert->kept(step->name, kept.s, revert->data);
	}
	return before_restore(revert->root, revert->state, step->name, err);
}

/* sshd goes on with the settings that it has when it would refuse those that are back. */
static int reload_sshd(const struct revert *revert, const char *unit, struct error *err)
{
	CLEANUP(buf_clear) struct buf nothing = BUF_INIT;
	int r = sshd_test(revert->root, &nothing, err);

	return r < 0 ? r : units_run(revert->units, UNIT_RELOAD, unit, err);
}

static int do_step(const struct revert *revert, const struct revert_step *step, struct error *err)
{
	switch (step->kind) {
	case REVERT_STOP:
		return stop_unit(revert, step->name, err);
	case REVERT_FILE:
		return put_back(revert, step, err);
	case REVERT_LINKS:
		return unit_links_restore(revert->root, revert->state, step->name, err);
	case REVERT_MANAGER:
		return units_reload_manager(revert->units, err);
	case REVERT_START:
		return start_unit(revert, step->name, err);
	case REVERT_SYSCTL:
		return sysctl_write(revert->root, step->name, step->value, err);
	case REVERT_ROUTE:
		return netlink_delete_route(&step->route, err);
	case REVERT_ADDRESS:
		return netlink_delete_address(&step->address, err);
	case REVERT_ALLMULTI:
		return netlink_clear_allmulti(step->index, err);
	case REVERT_UFW:
		return ufw_take_back(step->rule, step->port, step->interface.s, step->value, err);
	case REVERT_SSHD:
		return reload_sshd(revert, step->name, err);
	case REVERT_DIRECTORY:
		return file_remove_directory(revert->root, step->name, err);
	}
	return -EINVAL;
}

int revert_is_marked(int root, bool *marked, struct error *err)
{
	struct file_meta meta;
	int r = file_look(root, REVERT_MARKER, &meta, NULL, err);

	*marked = r == 0;
	return r == -ENOENT ? 0 : r;
}

static int mark(int root, struct error *err)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	bool marked;
	int r = revert_is_marked(root, &marked, err);

	if (r < 0 || marked)
		return r;
	buf_addf(&text, "%s\n", clock_utc().s);
	return file_write(root, REVERT_MARKER, &text, 0600, err);
}

/* Clears the state directory of all but the marker and people's edits; the state, which tells that
 * there is still something to clear, goes last, and before it what tells what is left to do. */
static int clear(int root, struct error *err)
{
	static const char *const stay[] = {STATE_DIR "/kept", REVERT_MARKER, STATE_METADATA,
					   STATE_FILE};
	CLEANUP(name_list_clear) struct name_list list = NAME_LIST_INIT;
	int r = file_list_directory(root, STATE_DIR, &list, err);

	for (size_t i = 0; r == 0 && i < list.count; i++) {
		CLEANUP(buf_clear) struct buf path = BUF_INIT;
		bool stays = false;

		buf_addf(&path, STATE_DIR "/%s", list.names[i]);
		for (size_t k = 0; k < sizeof(stay) / sizeof(*stay); k++)
			stays |= !strcmp(buf_str(&path), stay[k]);
		if (path.error)
			r = error_errno(err, path.error, STATE_DIR);
		else if (!stays)
			r = file_remove_tree(root, buf_str(&path), err);
	}
	if (r == 0)
		r = file_remove(root, STATE_METADATA, err);
	return r < 0 ? r : file_remove(root, STATE_FILE, err);
}

static int run_step(const struct revert *revert, const struct revert_step *step, struct error *err)
{
	struct revert_text text = revert_step_text(step);
	int r;

	revert->progress(text.s, NULL, revert->data);
	r = do_step(revert, step, err);
	if (r < 0)
		revert->progress(text.s, err, revert->data);
	return r;
}

static bool ends_stage(const struct revert_plan *plan, size_t i)
{
	return i + 1 == plan->count || strcmp(revert_stage(plan->steps[i].kind),
					      revert_stage(plan->steps[i + 1].kind)) != 0;
}

/* Whether the step failed for what is the owner's own again. */
static bool is_owners_failure(const struct revert *revert, const struct revert_step *step)
{
	enum before_now now;

	if (step->kind == REVERT_START)
		return has_files_back(revert, step->name);
	return step->kind == REVERT_SSHD &&
	       before_compare(revert->root, revert->state, FILE_SSHD, &now, NULL) == 0 &&
	       now == NOW_SAME;
}

/* As revert_run; the first failure's code, with err set. */
static int run_steps(const struct revert *revert, const struct revert_plan *plan, struct error *err)
{
	struct error step_err = ERROR_INIT, stage_err = ERROR_INIT;
	size_t count = 0;
	int result = 0, owners = 0;

	for (size_t i = 0; i < plan->count; i++) {
		int r = run_step(revert, &plan->steps[i], &step_err);

		count++;
		if (r < 0 && !stage_err.code)
			stage_err = step_err;
		if (r < 0 && result == 0 && is_owners_failure(revert, &plan->steps[i]))
			owners = 1;
		else if (r < 0 && result == 0) {
			result = r;
			*err = step_err;
		}
		if (!ends_stage(plan, i))
			continue;
		if (revert->stage_done)
			revert->stage_done(revert_stage(plan->steps[i].kind), count,
					   stage_err.code ? &stage_err : NULL, revert->data);
		stage_err = ERROR_INIT;
		count = 0;
	}
	return result < 0 ? result : owners;
}

int revert_run(const struct revert *revert, const struct revert_plan *plan, struct error *err)
{
	int r = mark(revert->root, err), owners;

	if (r == 0)
		r = before_remove_rests(revert->root, revert->state, err);
	if (r == 0)
		r = run_steps(revert, plan, err);
	if (r < 0 || revert_leaves_rest(revert))
		return r;
	owners = r;
	r = sshd_answers_forget(revert->root, err);
	if (r < 0)
		return r;
	state_set_text(revert->state, "reverted", clock_utc().s);
	r = state_save(revert->state, revert->root, err);
	if (r == 0)
		r = clear(revert->root, err);
	return r < 0 ? r : owners;
}

int revert_withdraw(int root, struct error *err)
{
	struct state state CLEANUP(state_clear) = STATE_INIT;
	bool marked;
	int r = revert_is_marked(root, &marked, err);

	if (r < 0 || !marked)
		return r;
	r = state_load(&state, root, err);
	if (r == 0 && state_text(&state, "reverted"))
		r = clear(root, err);
	return r < 0 ? r : file_remove(root, REVERT_MARKER, err);
}
