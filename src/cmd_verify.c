/* SPDX-License-Identifier: MIT */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/wrap.h"
#include "cmd.h"
#include "prove/check.h"
#include "prove/subject.h"
#include "prove/verify.h"
#include "session.h"

#define NAME_COLUMNS 17

/* What the lines need to know. */
struct report {
	bool name_sites; /* there are several */
	cJSON *checks;	 /* NULL: lines are printed */
	struct journal *journal;
};

static void print_note(const char *label, const char *text, struct buf *out)
{
	char lead[40];

	snprintf(lead, sizeof(lead), "      %-*s ", NAME_COLUMNS, label);
	if (*text)
		wrap(out, lead, text, NAME_COLUMNS + 7);
}

/* As soon as there is something to say: some checks take a while. */
static void print_check(const char *name, const struct site *site, const struct check *check,
			void *data)
{
	const struct report *report = data;
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	char lead[80];
	int len;

	len = snprintf(lead, sizeof(lead), "%-4s  %s",
		       check->result == CHECK_FAIL ? _("FAIL") : _(check_word(check->result)),
		       name);
	if (site && report->name_sites)
		len += snprintf(lead + len, sizeof(lead) - (size_t)len, " %s", site->name);
	snprintf(lead + len, sizeof(lead) - (size_t)len, "%*s ",
		 len < NAME_COLUMNS + 6 ? NAME_COLUMNS + 6 - len : 0, "");
	wrap(&out, lead, check->seen, NAME_COLUMNS + 7);
	if (check->result == CHECK_FAIL) {
		print_note(_("likely cause"), check->cause, &out);
		print_note(_("try"), check->advice, &out);
	}
	fputs(buf_str(&out), stdout);
	fflush(stdout);
}

static void add_check(const char *name, const struct site *site, const struct check *check,
		      void *data)
{
	const struct report *report = data;
	cJSON *item = cJSON_CreateObject();

	cJSON_AddStringToObject(item, "check", name);
	if (site)
		cJSON_AddStringToObject(item, "site", site->name);
	cJSON_AddStringToObject(item, "result", check_word(check->result));
	cJSON_AddStringToObject(item, "seen", check->seen);
	if (check->result == CHECK_FAIL) {
		cJSON_AddStringToObject(item, "cause", check->cause);
		cJSON_AddStringToObject(item, "try", check->advice);
	}
	cJSON_AddItemToArray(report->checks, item);
}

static void tell(const char *name, const struct site *site, const struct check *check, void *data)
{
	struct report *report = data;
	char stage[64];

	snprintf(stage, sizeof(stage), "%s%s%s", name, site ? " " : "", site ? site->name : "");
	journal_stage(report->journal, stage, check->result == CHECK_FAIL ? -EIO : 0, "%s: %s",
		      check_word(check->result), check->seen);
	if (report->checks)
		add_check(name, site, check, data);
	else
		print_check(name, site, check, data);
}

static int print_json(struct report *report, const struct verify_count *count)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	cJSON *root = cJSON_CreateObject();

	cJSON_AddBoolToObject(root, "ok", count->failed == 0);
	cJSON_AddNumberToObject(root, "pass", (double)count->passed);
	cJSON_AddNumberToObject(root, "fail", (double)count->failed);
	cJSON_AddNumberToObject(root, "skip", (double)count->skipped);
	cJSON_AddItemToObject(root, "checks", report->checks);
	cmd_json_print(root, &out);
	return cmd_print(&out);
}

static void print_progress(const char *text)
{
	cmd_tell("", text);
}

static int choose_site(const struct session *session, const struct site **site, struct error *err)
{
	const char *name = session->options->site;

	*site = name ? relay_site(&session->relay, name) : NULL;
	return !name || *site ? 0
			      : error_set(err, -ENOENT, _("no site %s; see [site NAME] in %s"),
					  name, CONF_PATH);
}

/* Ends the report. Returns the exit status. */
static int finish(struct session *session, struct report *report, const struct verify_count *count)
{
	int r = 0;

	journal_end(&session->journal, count->failed ? -EIO : 0,
		    "%zu passed, %zu failed, %zu skipped", count->passed, count->failed,
		    count->skipped);
	if (report->checks)
		r = print_json(report, count);
	else if (count->failed)
		printf(_("\n%zu failed, %zu passed, %zu skipped\n"), count->failed, count->passed,
		       count->skipped);
	else
		printf(_("\nall is well: %zu passed, %zu skipped\n"), count->passed,
		       count->skipped);
	return count->failed || r || cmd_flush() ? EXIT_FAILURE : EXIT_SUCCESS;
}

static struct report start_report(struct session *session)
{
	return (struct report){
		.name_sites = session->relay.site_count > 1,
		.checks = session->options->json ? cJSON_CreateArray() : NULL,
		.journal = &session->journal,
	};
}

static int verify(struct session *session, struct error *err)
{
	struct subject subject = session_subject(session);
	struct verify_count count;
	const struct site *site;
	struct report report;
	int r = choose_site(session, &site, err);

	if (r < 0)
		return r;
	subject.progress = print_progress;
	report = start_report(session);
	count = verify_run(&subject, site, tell, &report);
	return finish(session, &report, &count);
}

/* After a restore from a snapshot the NIC has another MAC than at the last apply, and the relay
 * can't even be made: the metadata of now says why. */
static int verify_without_nic(struct session *session, const struct error *why)
{
	struct report report = start_report(session);
	struct subject subject = session_subject(session);
	struct verify_count count;

	count = verify_nic_missing(&subject, why, tell, &report);
	return finish(session, &report, &count);
}

/* Under the lock: in the middle of an apply nothing is as it shall be. */
static int look(struct session *session, int *lock, struct error *err)
{
	bool waited = false;
	int r = session_recall(session, err);

	if (r == 0) {
		*lock = cmd_lock_shared(session->root, &waited, err);
		r = *lock < 0 && *lock != -ENOENT ? *lock : 0;
	}
	if (waited)
		session_ask_units(session);
	if (r == 0)
		r = session_make_relay(session, err);
	if (r == -ENODEV)
		return verify_without_nic(session, err);
	if (r == 0)
		r = session_make_plan(session, err);
	return r < 0 ? r : verify(session, err);
}

int cmd_verify(const struct options *options)
{
	struct session session CLEANUP(session_close) = SESSION_INIT;
	CLEANUP(cleanup_fd) int lock = -1;
	struct error err = ERROR_INIT;
	int r;

	journal_begin(&session.journal, "verify", true);
	r = session_open(&session, options, &err);
	if (r == 0)
		r = look(&session, &lock, &err);
	if (r >= 0)
		return r;
	journal_end(&session.journal, r, "%s", err.text);
	return cmd_fail(&err, EXIT_FAILURE);
}
