/* SPDX-License-Identifier: MIT */
#include "apply/apply.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "apply/before.h"
#include "apply/changes.h"
#include "apply/plan.h"
#include "apply/snapshot.h"
#include "apply/sshd.h"
#include "apply/sshd_reload.h"
#include "apply/state.h"
#include "apply/sysctl_live.h"
#include "apply/ufw.h"
#include "apply/unit_dependents.h"
#include "apply/unit_links.h"
#include "apply/units.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_tree.h"
#include "net/inventory.h"
#include "relay/relay.h"

static int write_file(const struct apply *a, size_t index, struct error *err)
{
	const struct file_spec *spec = &a->list->specs[index];
	int r = 0;

	if (a->changes[index].kind == CHANGE_MODE)
		return file_chmod(a->root, spec->path.s, spec->mode, err);
	/* A directory of keys is nobody else's to list. */
	if (spec->secret)
		r = file_mkdir(a->root, DIR_WIREGUARD, 0700, err);
	if (r == 0)
		r = file_write(a->root, spec->path.s, &spec->content, spec->mode, err);
	if (r == 0)
		state_set_ours(a->state, spec->path.s, &spec->content);
	return r;
}

/* Copies what stands at path, and remembers where to. */
static int keep_copy(const struct apply *a, const char *path, struct error *err)
{
	struct kept_path kept;
	int r = change_keep(a->root, path, &kept, err);

	if (r == 0)
		state_set_kept(a->state, path, kept.s);
	return r;
}

/* Removes a tunnel's configuration; one that somebody edited is kept first. */
static int remove_tunnel(const struct apply *a, const struct step *step, struct error *err)
{
	struct file_path path = file_wgquick(&step->interface);
	CLEANUP(buf_clear) struct buf old = BUF_INIT;
	int r = file_read(a->root, path.s, SIZE_MAX, &old, NULL, err);

	if (r == 0 && !state_is_ours(a->state, path.s, &old))
		r = keep_copy(a, path.s, err);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return file_remove(a->root, path.s, err);
}

static int delete_rule(const struct apply *a, const struct step *step, struct error *err)
{
	enum ufw_rule rule = (enum ufw_rule)step->index;
	struct ufw_rule_text text = ufw_rule_text(rule, step->port, step->interface.s);
	const char *before = state_ufw_before(a->state, text.s);
	int r = ufw_take_back(rule, step->port, step->interface.s, before ? before : UFW_ADDED,
			      err);

	if (r == 0)
		state_set_ufw_rule(a->state, text.s, NULL);
	return r;
}

/* What the tunnel is called and where it listens, once it is so: a later run takes down what has
 * another name then. */
static void remember_tunnel(const struct apply *a)
{
	char port[8];

	snprintf(port, sizeof(port), "%u", (unsigned)a->relay->listen_port);
	state_set_text(a->state, "wg_interface", a->relay->wg_interface.s);
	state_set_text(a->state, "listen_port", port);
}

/* With the units that were stopped with it before. */
static int run_unit(const struct apply *a, const struct step *step, struct error *err)
{
	int r = units_run(a->units, step->verb, step->unit, err);

	if (r < 0 || (step->verb != UNIT_START && step->verb != UNIT_RESTART))
		return r;
	return unit_dependents_start(a->units, a->state, step->unit, err);
}

static int do_step(const struct apply *a, const struct plan *plan, const struct step *step,
		   struct error *err)
{
	switch (step->kind) {
	case STEP_UFW:
		return ufw_add((enum ufw_rule)step->index, step->port, step->interface.s, err);
	case STEP_UFW_DELETE:
		return delete_rule(a, step, err);
	case STEP_FILE:
		return write_file(a, step->index, err);
	case STEP_SYSCTL:
		return sysctl_set(a->root, a->relay, step->index, err);
	case STEP_SSHD_TEST:
		return sshd_test(a->root, &a->list->specs[step->index].content, err);
	case STEP_SSHD_BACK:
		return sshd_take_back(a, err);
	case STEP_MANAGER_RELOAD:
		return units_reload_manager(a->units, err);
	case STEP_REMOVE:
		return remove_tunnel(a, step, err);
	case STEP_DISABLE:
		return units_disable(a->units, step->unit, err);
	case STEP_ENABLE:
		return units_enable(a->units, step->unit, err);
	case STEP_UNIT:
		return step->stage == STAGE_SSHD ? sshd_reload(a, plan, step, err)
						 : run_unit(a, step, err);
	}
	return -EINVAL;
}

/* Records what stands at path before the agent's first change there. */
static int record_file(const struct apply *a, const char *path, struct error *err)
{
	struct before before;
	int r;

	if (state_knows_before(a->state, path))
		return 0;
	r = before_record(a->root, a->state, path, err);
	if (r == 0 && state_get_before(a->state, path, &before) && before.kind == BEFORE_FILE)
		state_set_kept(a->state, path, before_copy_path(path, before.copy).s);
	return r;
}

/* Copies what is about to go: what stood there before the agent's first change, and whatever
 * somebody else wrote since. */
static int keep_file(const struct apply *a, size_t index, struct error *err)
{
	const char *path = a->list->specs[index].path.s;

	const struct change *change = &a->changes[index];

	if (!state_knows_before(a->state, path))
		return record_file(a, path, err);
	return change->foreign && !change->recorded ? keep_copy(a, path, err) : 0;
}

/* Records a unit's state before the agent's first change of it; asked now, since what the plan was
 * made of may be of a while ago. sshd's is only ever reloaded. */
static int record_unit(const struct apply *a, const struct step *step, struct error *err)
{
	char active_state[16];
	struct link_name interface;
	bool has_interface = false;
	int r;

	if (step->stage == STAGE_SSHD || !*step->unit || state_knows_unit(a->state, step->unit))
		return 0;
	r = units_query_now(a->units, step->unit, active_state, err);
	if (r < 0)
		return r;
	if (unit_wgquick_interface(step->unit, &interface))
		has_interface = inventory_link(a->inventory, interface.s);
	state_set_unit(a->state, step->unit, unit_is_up(active_state), has_interface);
	return unit_links_record(a->root, a->state, step->unit, err);
}

/* The first record stands: what is there later may be ours, or half of it. */
static int record_rule(const struct apply *a, const struct step *step, struct error *err)
{
	enum ufw_rule rule = (enum ufw_rule)step->index;
	struct ufw_rule_text text = ufw_rule_text(rule, step->port, step->interface.s);
	struct ufw_before before;
	int r;

	if (state_ufw_before(a->state, text.s))
		return 0;
	r = ufw_read_before(a->root, rule, step->port, step->interface.s, &before, err);
	if (r == 0)
		state_set_ufw_rule(a->state, text.s, before.s);
	return r;
}

static int record_step(const struct apply *a, const struct step *step, struct error *err)
{
	switch (step->kind) {
	case STEP_FILE:
		return keep_file(a, step->index, err);
	case STEP_REMOVE:
		return record_file(a, file_wgquick(&step->interface).s, err);
	case STEP_UFW:
		return record_rule(a, step, err);
	case STEP_ENABLE:
	case STEP_DISABLE:
	case STEP_UNIT:
		return record_unit(a, step, err);
	case STEP_UFW_DELETE:
	case STEP_SYSCTL:
	case STEP_SSHD_TEST:
	case STEP_SSHD_BACK:
	case STEP_MANAGER_RELOAD:
		break;
	}
	return 0;
}

static bool stops(enum unit_verb verb)
{
	return verb == UNIT_STOP || verb == UNIT_RESTART;
}

/* The digest of what will be written, beside that of what is there, if it is ours. */
static void record_content(const struct apply *a, size_t index)
{
	const struct file_spec *spec = &a->list->specs[index];
	const struct buf *old = &a->changes[index].old;

	if (state_is_ours(a->state, spec->path.s, old))
		state_set_ours(a->state, spec->path.s, old);
	state_set_writing(a->state, spec->path.s, &spec->content);
}

/* All that this run is about to change goes to disk first: whoever finds a file replaced, after a
 * power cut too, finds its copy and the units that have not yet followed. */
static int prepare(const struct apply *a, const struct plan *plan, struct error *err)
{
	const char *unit;
	int r;

	for (size_t i = 0; (unit = state_unit(a->state, i)); i++)
		state_set_unit_back(a->state, unit, false);
	/* The state is there before the first copy: copies without it mean that it was lost. */
	r = state_save(a->state, a->root, err);
	if (r == 0 && a->live)
		r = snapshot_take(a->root, a->state, &a->relay->nic, a->inventory, err);
	for (size_t i = 0; r == 0 && i < plan->step_count; i++) {
		const struct step *step = &plan->steps[i];

		if (step->kind == STEP_FILE || step->kind == STEP_SSHD_BACK ||
		    step->kind == STEP_UNIT)
			state_set_pending(a->state, step->stage, true);
		r = record_step(a, step, err);
		if (r == 0 && step->kind == STEP_UNIT && stops(step->verb))
			r = unit_dependents_record(a->units, a->state, step->unit, err);
		if (step->kind == STEP_FILE && a->changes[step->index].kind != CHANGE_MODE)
			record_content(a, step->index);
	}
	if (r == 0)
		r = before_remove_rests(a->root, a->state, err);
	return r < 0 ? r : state_save_records(a->state, a->root, err);
}

/* What is on disk as it shall be is ours, also when a run that wrote it was cut short. */
static void adopt(const struct apply *a)
{
	for (size_t i = 0; i < a->list->count; i++)
		if (a->changes[i].kind == CHANGE_NONE)
			state_set_ours(a->state, a->list->specs[i].path.s,
				       &a->list->specs[i].content);
}

static int run_step(const struct apply *a, const struct plan *plan, const struct step *step,
		    struct error *err)
{
	struct step_text text = step_text(step, a->relay, a->list);
	int r;

	a->progress(text.s, NULL, a->data);
	r = do_step(a, plan, step, err);
	if (r < 0)
		a->progress(text.s, err, a->data);
	else
		state_add_record(a->state, text.s);
	return r;
}

/* Of a stage, when step number i was its last one. */
static void tell_stage(const struct apply *a, const struct plan *plan, size_t i,
		       const struct error *failure)
{
	enum stage stage = plan->steps[i].stage;
	size_t count = 0;

	if (!a->stage_done || (i + 1 < plan->step_count && plan->steps[i + 1].stage == stage))
		return;
	for (size_t k = 0; k <= i; k++)
		count += plan->steps[k].stage == stage;
	a->stage_done(stage_name(stage), count, failure, a->data);
}

/* Somebody has removed the second copy of what tells the way back. */
static bool lacks_records(const struct apply *a)
{
	return state_record_time(a->state) && !file_exists(a->root, STATE_RECORDS);
}

int apply_plan(const struct apply *a, const struct plan *plan, struct error *err)
{
	bool failed[STAGE_COUNT] = {false};
	struct error step_err = ERROR_INIT;
	int result = 0, r;

	adopt(a);
	r = file_remove_temps(a->root, STATE_DIR, err);
	if (r < 0)
		return r;
	if (!plan->step_count) {
		/* A run that was cut short after its last step hadn't come to that. */
		if (a->list->count)
			remember_tunnel(a);
		return lacks_records(a) ? state_save_records(a->state, a->root, err)
					: state_save(a->state, a->root, err);
	}
	r = prepare(a, plan, err);
	if (r < 0) {
		/* Nothing was changed: what was recorded of today is not what a later run finds. */
		state_load(a->state, a->root, NULL);
		return r;
	}
	state_start_record(a->state, clock_utc().s);
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct step *step = &plan->steps[i];

		if (!failed[step->stage]) {
			r = run_step(a, plan, step, &step_err);
			failed[step->stage] = r < 0;
			if (r < 0 && result == 0) {
				result = r;
				*err = step_err;
			}
		}
		tell_stage(a, plan, i, failed[step->stage] ? &step_err : NULL);
	}
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		if (!failed[stage] && a->units)
			state_set_pending(a->state, (enum stage)stage, false);
	if (!failed[STAGE_TUNNEL])
		remember_tunnel(a);
	r = state_save_records(a->state, a->root, result ? NULL : err);
	return result ? result : r;
}
