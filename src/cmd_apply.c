/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "apply/announce.h"
#include "apply/apply.h"
#include "apply/handshake.h"
#include "apply/revert.h"
#include "apply/told.h"
#include "base/boot.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "cmd.h"
#include "proof.h"
#include "prove/probe.h"
#include "session.h"

/* The unit's output goes to the console, too, which has announce's own words of these. */
static bool is_for_console(const struct session *session, const struct note *note)
{
	return session->options->quiet && session->live && session->conf.console_count &&
	       note->on_console;
}

/* With --quiet those that are new. */
static void show_notes(const struct session *session)
{
	for (size_t i = 0; i < session->plan.note_count; i++) {
		const struct note *note = &session->plan.notes[i];
		CLEANUP(buf_clear) struct buf label = BUF_INIT;

		if (session->options->quiet && note->told)
			continue;
		buf_addf(&label, "%s: ", _(note_label(note->kind)));
		if (is_for_console(session, note))
			journal_note(&session->journal, buf_str(&label), note->text);
		else
			cmd_tell(buf_str(&label), note->text);
	}
}

/* With --quiet a run is worth a word when it does something, or has something new to tell. */
static bool is_news(const struct session *session)
{
	const struct plan *plan = &session->plan;
	bool news = !session->options->quiet || plan->step_count || session->heard_again ||
		    plan_has(plan, NOTE_PROBLEM) || proof_is_due(session);

	for (size_t i = 0; i < plan->note_count; i++)
		news = news || !plan->notes[i].told;
	return news;
}

/* apply_progress_fn */
static void tell_progress(const char *step, const struct error *failure, void *data)
{
	struct session *session = data;

	repeat_add(&session->repeat, failure ? failure->text : step);
	cmd_progress(step, failure, data);
}

static int carry_out(struct session *session, struct error *err)
{
	struct apply apply = {
		.root = session->root,
		.live = session->live,
		.relay = &session->relay,
		.inventory = &session->inventory,
		.list = &session->files,
		.changes = session->changes,
		.state = &session->state,
		.units = session->units,
		.progress = tell_progress,
		.stage_done = session_log_stage,
		.data = session,
	};

	return apply_plan(&apply, &session->plan, err);
}

static int use_rule(struct session *session, enum ndppd_rule rule, struct error *err)
{
	int r;

	session->relay.ndppd_rule = rule;
	session_ask_units(session);
	r = session_make_plan(session, err);
	return r < 0 ? r : carry_out(session, err);
}

static const char *rule_word(enum ndppd_rule rule)
{
	return rule == NDPPD_AUTO ? "auto" : "static";
}

/* Where nothing answers, and the settings leave the rule open, the other one is tried once, and
 * what works is kept. */
static int prove(struct session *session, struct error *err)
{
	const unsigned silent = 1u << PROBE_SOLICITED, good = 1u << PROBE_REPLIED;
	enum ndppd_rule rule = session->relay.ndppd_rule;
	enum ndppd_rule other = rule == NDPPD_AUTO ? NDPPD_STATIC : NDPPD_AUTO;
	unsigned reached = proof_make(session);
	int r;

	if (!(reached & silent) || reached & good || session->conf.has_ndppd_rule)
		return 0;
	printf(_("sixrelay: trying ndppd_rule = %s\n"), rule_word(other));
	r = use_rule(session, other, err);
	if (r == 0 && proof_make(session) & good) {
		state_set_text(&session->state, "ndppd_rule", rule_word(other));
		printf(_("sixrelay: kept ndppd_rule = %s, which works\n"), rule_word(other));
		return 0;
	}
	printf(_("sixrelay: that doesn't work either; back to ndppd_rule = %s\n"), rule_word(rule));
	return use_rule(session, rule, r < 0 ? NULL : err);
}

static void tell_announced(const struct session *session, const struct announced *announced)
{
	size_t reached = session->conf.console_count - announced->failed;

	for (size_t i = 0; i < session->conf.console_count; i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT;

		if (!announced->errors[i].code)
			continue;
		buf_addf(&text, _("console %s"), announced->errors[i].text);
		cmd_tell(_("warning: "), buf_str(&text));
	}
	if (announced->script && reached)
		printf(_("sixrelay: announced on the console; here: sixrelay script\n"));
}

/* Tells whether there was anything to say. */
static bool announce_all(struct session *session)
{
	struct announce announcement = {
		.root = session->root,
		.conf = &session->conf,
		.relay = &session->relay,
		.plan = &session->plan,
		.state = &session->state,
		.keys_fresh = session->keys_fresh,
	};
	struct error err = ERROR_INIT;
	struct announced announced;

	if (announce(&announcement, &announced, &err) < 0)
		cmd_tell(_("warning: "), err.text);
	tell_announced(session, &announced);
	return announced.anything;
}

/* At the end of an apply that went well so far. */
static int prove_and_log(struct session *session, struct error *err)
{
	int r = prove(session, err);

	journal_stage(&session->journal, "proof", r, "%s",
		      r < 0 ? err->text : state_text(&session->state, "proof"));
	return r;
}

/* Saved before the files that are made of them. What was proven of a prefix holds no longer than it
 * is attached. */
static void note_sites(struct session *session)
{
	for (size_t i = 0; i < session->relay.site_count; i++) {
		const struct site *site = &session->relay.sites[i];

		state_set_site(&session->state, site);
		if (site->state != SITE_READY)
			state_set_site_text(&session->state, site->name, "proof", NULL);
	}
}

static int do_apply(struct session *session, struct error *err)
{
	bool said, idle = !session->plan.step_count && !session->plan.note_count;
	bool problem = plan_has(&session->plan, NOTE_PROBLEM);
	struct boot_id boot = boot_id(session->root);
	int result, r;

	if (session->live)
		handshake_remember(session->root, &session->relay, &session->state);
	note_sites(session);
	result = carry_out(session, err);
	said = session->live && announce_all(session);
	if (said)
		journal_release(&session->journal);
	if (session->live)
		told_remember(&session->state, &session->plan, &boot);
	journal_stage(&session->journal, "announce", 0, said ? "announced" : "nothing to say");
	if (result == 0 && !problem && proof_is_due(session)) {
		result = prove_and_log(session, err);
		idle = false;
	}
	r = state_save(&session->state, session->root, result < 0 ? NULL : err);
	if (r == 0)
		r = state_save_instance(session->root, &session->instance, result < 0 ? NULL : err);
	if (result < 0 || r < 0)
		return result < 0 ? result : r;
	if (problem)
		return error_set(err, -ENOENT, _("not all could be done; see the problems above"));
	if (idle && !said && !session->options->quiet)
		printf(_("sixrelay: nothing to do\n"));
	return 0;
}

/* Takes the lock and, under it, reads what an apply before may have changed. All that can be wrong
 * with the input is found before the state directory is made, the first thing ever written.
 * -ECANCELED after a revert that came while this run was waiting: it has the last word. The timer's
 * run never takes one back: systemd has looked for the marker a while before the run could. */
static int make_relay_locked(struct session *session, int *lock, struct error *err)
{
	bool waited = false, marked;
	int r;

	*lock = cmd_lock(session->root, &waited, err);
	if (*lock < 0 && *lock != -ENOENT)
		return *lock;
	if (waited)
		session_ask_units(session);
	r = revert_is_marked(session->root, &marked, err);
	if (r < 0)
		return r;
	session->overtaken =
		*lock >= 0 && marked && (session->options->quiet || !session->was_reverted);
	if (session->overtaken)
		return error_set(err, -ECANCELED, _("reverted meanwhile; nothing was applied"));
	r = *lock >= 0 ? revert_withdraw(session->root, err) : 0;
	if (r == 0)
		r = session_make_relay(session, err);
	if (r < 0 || *lock >= 0)
		return r;
	r = file_mkdir(session->root, STATE_DIR, 0700, err);
	return r < 0 ? r : make_relay_locked(session, lock, err);
}

/* What shall be, and what is. */
static int make_plan(struct session *session, int *lock, struct error *err)
{
	int r = make_relay_locked(session, lock, err);

	if (r == 0)
		r = session_wait_route(session, err);
	if (r == 0)
		r = session_make_plan(session, err);
	if (r == 0) {
		struct boot_id boot = boot_id(session->root);

		told_mark(&session->plan, &session->state, &boot);
	}
	journal_stage(&session->journal, "plan", r, r < 0 ? "%s" : "%s, %zu steps",
		      r < 0 ? err->text : session->relay.nic.s, session->plan.step_count);
	return r;
}

static int apply(struct session *session, int *lock, size_t *steps, struct error *err)
{
	int r = session_fetch_or_recall(session, err);

	journal_stage(&session->journal, "metadata", r,
		      r < 0 || session->heard ? "%s" : "as of the last apply: %s",
		      r < 0	       ? err->text
		      : session->heard ? session->instance.id
				       : session->silent.text);
	if (r == 0)
		r = make_plan(session, lock, err);
	if (r < 0)
		return r;
	*steps = session->plan.step_count;
	if (is_news(session)) {
		journal_release(&session->journal);
		if (session->heard_again)
			printf(_("sixrelay: the metadata service answers again\n"));
		show_notes(session);
	}
	return do_apply(session, err);
}

/* What a run of the timer came to, that failed: what it did, what was in its way, and why it ended.
 */
static bool end_repeat(struct session *session, const struct error *failure)
{
	const struct plan *plan = &session->plan;
	bool had_failed = session->repeat.held >= 0, same;

	for (size_t i = 0; i < plan->note_count; i++)
		if (plan->notes[i].kind == NOTE_PROBLEM)
			repeat_add(&session->repeat, plan->notes[i].text);
	if (failure)
		repeat_add(&session->repeat, failure->text);
	else if (had_failed)
		printf(_("sixrelay: what failed before is done\n"));
	same = repeat_end(&session->repeat, failure);
	if (!same)
		journal_unmute(&session->journal);
	return same;
}

int cmd_apply(const struct options *options)
{
	struct session session CLEANUP(session_close) = SESSION_INIT;
	CLEANUP(cleanup_fd) int lock = -1;
	struct error err = ERROR_INIT;
	struct journal *journal = &session.journal;
	bool repeated = false;
	size_t steps = 0;
	int r;

	journal_begin(journal, "apply", !options->root);
	if (options->quiet)
		journal_hold(journal);
	if (options->quiet && !options->root && repeat_begin(&session.repeat))
		journal_mute(journal);
	r = session_open(&session, options, &err);
	journal_stage(journal, "settings", r, "%s", r < 0 ? err.text : "read");
	if (r == 0)
		r = apply(&session, &lock, &steps, &err);
	if (r < 0)
		cmd_fail(&err, EXIT_FAILURE);
	/* Overtaken, it has not failed: systemd would start the unit again. */
	if (session.overtaken)
		r = 0;
	if (options->quiet && !options->root)
		repeated = end_repeat(&session, r < 0 ? &err : NULL);
	if (r < 0 || session.overtaken)
		journal_end(journal, session.overtaken ? -ECANCELED : r, "%s", err.text);
	else
		journal_end(journal, 0, "%zu steps", steps);
	if (r < 0)
		return repeated ? EXIT_REPEATED : EXIT_FAILURE;
	return EXIT_SUCCESS;
}
