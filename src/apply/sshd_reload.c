/* SPDX-License-Identifier: MIT */
#include "apply/sshd_reload.h"

#include <errno.h>
#include <stdint.h>

#include "apply/apply.h"
#include "apply/before.h"
#include "apply/changes.h"
#include "apply/plan.h"
#include "apply/state.h"
#include "apply/units.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"

#define DIES_MS 2000
#define DIES_POLL_MS 100

/* The drop-in as it was before this run. */
static int undo_write(const struct apply *a, size_t index)
{
	const struct change *change = &a->changes[index];

	if (change->kind == CHANGE_UPDATE)
		return file_write(a->root, FILE_SSHD, &change->old, a->list->specs[index].mode,
				  NULL);
	if (change->kind != CHANGE_CREATE)
		return 0;
	state_forget_ours(a->state, FILE_SSHD);
	return file_remove(a->root, FILE_SSHD, NULL);
}

/* One that a run before this one has written, which was cut short, becomes what stood there before
 * the first apply. */
static int undo(const struct apply *a, const struct plan *plan, bool *undone)
{
	*undone = true;
	for (size_t i = 0; i < plan->step_count; i++)
		if (plan->steps[i].kind == STEP_FILE && plan->steps[i].stage == STAGE_SSHD)
			return undo_write(a, plan->steps[i].index);
	*undone = file_list_find(a->list, FILE_SSHD) != NULL;
	return *undone ? sshd_take_back(a, NULL) : 0;
}

/* A reload may have killed it: systemd hears of that a moment after the job has failed, and calls
 * it active until then. */
static void keep_running(const struct apply *a, const char *unit)
{
	char state[16] = "";

	for (int waited = 0; waited < DIES_MS; waited += DIES_POLL_MS) {
		if (units_query_now(a->units, unit, state, NULL) < 0)
			return;
		if (!unit_is_up(state)) {
			units_run(a->units, UNIT_RESTART, unit, NULL);
			return;
		}
		clock_sleep_ms(DIES_POLL_MS);
	}
}

int sshd_reload(const struct apply *a, const struct plan *plan, const struct step *step,
		struct error *err)
{
	struct error failure = ERROR_INIT;
	bool undone = false;
	int r = units_run(a->units, step->verb, step->unit, &failure), back;

	if (r == 0)
		return 0;
	back = undo(a, plan, &undone);
	keep_running(a, step->unit);
	if (back < 0)
		return error_errno(err, back, _("%s; %s could not be taken back"), failure.text,
				   FILE_SSHD);
	if (undone)
		return error_set(err, r,
				 _("%s; %s is taken back, what logged in before still does"),
				 failure.text, FILE_SSHD);
	return error_set(err, r, "%s", failure.text);
}

static int keep_edited(const struct apply *a, struct error *err)
{
	struct kept_path kept;
	int r = change_keep(a->root, FILE_SSHD, &kept, err);

	if (r == 0)
		state_set_kept(a->state, FILE_SSHD, kept.s);
	return r;
}

int sshd_take_back(const struct apply *a, struct error *err)
{
	CLEANUP(buf_clear) struct buf now = BUF_INIT;
	int r = file_read(a->root, FILE_SSHD, SIZE_MAX, &now, NULL, err);

	if (r == 0 && !state_is_ours(a->state, FILE_SSHD, &now))
		r = keep_edited(a, err);
	if (r == -ENOENT)
		r = 0;
	if (r == 0)
		r = before_restore(a->root, a->state, FILE_SSHD, err);
	if (r < 0)
		return r;
	state_forget_ours(a->state, FILE_SSHD);
	/* For a revert: sshd may still have to read it. */
	state_set_text(a->state, "sshd", "replaced");
	return 0;
}
