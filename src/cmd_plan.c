/* SPDX-License-Identifier: MIT */
#include <cjson/cJSON.h>
#include <stdlib.h>

#include "apply/diff.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/i18n.h"
#include "cmd.h"
#include "session.h"

/* As diff(1) has it. */
enum {
	PLAN_NOTHING = 0,
	PLAN_SOMETHING = 1,
	PLAN_TROUBLE = 2,
};

static int print_text(const struct session *session, struct buf *out, struct error *err)
{
	const struct plan *plan = &session->plan;

	for (size_t i = 0; i < plan->step_count; i++) {
		size_t index = plan->steps[i].index;
		int r;

		if (plan->steps[i].kind != STEP_FILE)
			continue;
		r = diff_file(&session->files.specs[index], &session->changes[index],
			      session->keys_fresh, out, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < plan->step_count; i++)
		buf_addf(out, "%s\n",
			 step_text(&plan->steps[i], &session->relay, &session->files).s);
	plan_print_notes(plan, out);
	if (!plan->step_count)
		buf_adds(out, _("nothing to do\n"));
	return 0;
}

static void print_json(const struct session *session, struct buf *out)
{
	const struct plan *plan = &session->plan;
	cJSON *root = cJSON_CreateObject(), *steps, *item;

	steps = cJSON_AddArrayToObject(root, "steps");
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct step *step = &plan->steps[i];

		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "stage", stage_name(step->stage));
		cJSON_AddStringToObject(item, "step",
					step_text(step, &session->relay, &session->files).s);
		if (step->kind == STEP_FILE)
			cJSON_AddStringToObject(item, "file",
						session->files.specs[step->index].path.s);
		if (*step->unit)
			cJSON_AddStringToObject(item, "unit", step->unit);
		cJSON_AddItemToArray(steps, item);
	}
	cmd_json_notes(root, plan);
	cmd_json_print(root, out);
}

int cmd_plan(const struct options *options)
{
	struct session session CLEANUP(session_close) = SESSION_INIT;
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	int r;

	r = session_open(&session, options, &err);
	if (r == 0)
		r = session_fetch_or_recall(&session, &err);
	if (r == 0)
		r = session_make_relay(&session, &err);
	if (r == 0)
		r = session_make_plan(&session, &err);
	if (r == 0 && options->json)
		print_json(&session, &out);
	else if (r == 0)
		r = print_text(&session, &out, &err);
	if (r < 0)
		return cmd_fail(&err, PLAN_TROUBLE);
	if (cmd_print(&out) != 0)
		return PLAN_TROUBLE;
	if (session.plan.step_count)
		return PLAN_SOMETHING;
	return plan_has(&session.plan, NOTE_PROBLEM) ? PLAN_TROUBLE : PLAN_NOTHING;
}
