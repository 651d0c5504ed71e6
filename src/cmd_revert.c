/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/revert.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file_tree.h"
#include "base/i18n.h"
#include "cmd.h"
#include "render/routeros.h"
#include "session.h"

static void show_kept(const char *path, const char *copy, void *data)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;

	(void)data;
	buf_addf(&text, _("%s is not as sixrelay left it; a copy is kept: %s"), path, copy);
	cmd_tell(_("kept: "), buf_str(&text));
}

/* Somebody at a terminal sees what will be done, and is asked. */
static bool is_agreed(const struct options *options, const struct revert_plan *plan)
{
	char answer[16] = "";

	if (options->yes || !isatty(STDIN_FILENO))
		return true;
	for (size_t i = 0; i < plan->count; i++)
		printf("  %s\n", revert_step_text(&plan->steps[i]).s);
	printf(_("sixrelay: this puts the machine back as it was before the first apply; go on? "
		 "[y/N] "));
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

static void set_name(char *out, size_t size, const char *name)
{
	if (name && *name && strlen(name) < size)
		snprintf(out, size, "%s", name);
}

/* A site as its router's script had it: the settings may have no word of it any more. */
static struct conf_site applied_site(const struct session *session, const char *name)
{
	struct conf_site site = {.lan_bridge = "bridge", .router_interface = CONF_ROUTER_INTERFACE};
	const struct state *state = &session->state;

	for (size_t i = 0; i < session->conf.site_count; i++)
		if (!strcmp(session->conf.sites[i].name, name))
			site = session->conf.sites[i];
	set_name(site.name, sizeof(site.name), name);
	set_name(site.router_interface, sizeof(site.router_interface),
		 state_site_text(state, name, "router_interface"));
	set_name(site.lan_bridge, sizeof(site.lan_bridge),
		 state_site_text(state, name, "lan_bridge"));
	return site;
}

/* The way back for each router that was given a script. */
static void add_scripts(const struct session *session, struct buf *out)
{
	struct site_memory memory[CONF_SITES_MAX];
	size_t count = state_sites(&session->state, memory);

	for (size_t i = 0; i < count; i++) {
		struct conf_site site = applied_site(session, memory[i].name);

		buf_addf(out, "\n-----BEGIN SIXRELAY ROUTEROS REVERT SCRIPT %s-----\n", site.name);
		render_routeros_revert(&site, out);
		buf_addf(out, "-----END SIXRELAY ROUTEROS REVERT SCRIPT %s-----\n", site.name);
	}
}

/* What is beyond this machine's reach. */
static void add_remains(const struct session *session, struct buf *out)
{
	const char *port = state_text(&session->state, "listen_port");

	if (out->len)
		buf_adds(out, _("\nOn the router: paste what is between the two lines above.\n"));
	for (size_t i = 0; i < session->instance.reserved_count; i++)
		buf_addf(
			out,
			_("In Vultr's panel: the reserved prefix %s was attached at the last apply, "
			  "for $3 a\n  month; detach and destroy it under Network, Reserved IPs.\n"),
			prefix_text(&session->instance.reserved[i]).s);
	if (port)
		buf_addf(out,
			 _("In Vultr's panel: if a firewall group has a rule for UDP %s, it is no "
			   "longer needed.\n"),
			 port);
}

static int do_revert(struct session *session, bool *agreed, struct error *err)
{
	struct revert revert = {
		.root = session->root,
		.live = session->live,
		.keep_keys = session->options->keep_keys,
		.state = &session->state,
		.units = session->units,
		.progress = cmd_progress,
		.stage_done = session_log_stage,
		.kept = show_kept,
		.data = session,
	};
	struct revert_plan plan CLEANUP(revert_plan_clear) = REVERT_PLAN_INIT;
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	int r = revert_prepare(&revert, &plan, err);

	if (r < 0)
		return r;
	*agreed = is_agreed(session->options, &plan);
	if (!*agreed)
		return 0;
	add_scripts(session, &out);
	add_remains(session, &out);
	journal_stage(&session->journal, "plan", 0, "%zu steps", plan.count);
	r = revert_run(&revert, &plan, err);
	if (session->live)
		repeat_forget();
	if (r > 0)
		r = error_set(err, -EIO,
			      _("all files are as they were before the first apply; what FAILED "
				"above is theirs, and left to you"));
	else if (r < 0)
		error_wrap(err, r, _("not all could be put back; run it again"));
	if (r < 0)
		journal_end(&session->journal, r, "%s", err->text);
	else
		journal_end(&session->journal, 0, "%zu steps", plan.count);
	if (r == 0 && revert_leaves_rest(&revert))
		printf(_("sixrelay: the files are as they were before the first apply; firewall "
			 "rules and what runs are left for: sixrelay revert, on the machine "
			 "itself\n"));
	else if (r == 0)
		printf(_("sixrelay: the machine is as it was before the first apply\n"));
	if (cmd_print(&out) != 0 && r == 0)
		return error_set(err, -EIO, _("all was put back, but not all of it could be told"));
	return r;
}

/* Settings that can't be read don't hold up the way back: they only name the routers. */
static int open_session(struct session *session, const struct options *options, struct error *err)
{
	int r = session_open(session, options, err);

	if (r == 0 || session->root < 0)
		return r;
	cmd_tell(_("warning: "), err->text);
	return 0;
}

int cmd_revert(const struct options *options)
{
	struct session session CLEANUP(session_close) = SESSION_INIT;
	CLEANUP(cleanup_fd) int lock = -1;
	struct error err = ERROR_INIT;
	bool waited = false, agreed = true;
	int r;

	journal_begin(&session.journal, "revert", !options->root);
	r = open_session(&session, options, &err);
	if (r < 0)
		return cmd_fail(&err, EXIT_FAILURE);
	lock = cmd_lock(session.root, &waited, &err);
	if (lock < 0 && lock != -ENOENT)
		return cmd_fail(&err, EXIT_FAILURE);
	if (waited)
		session_ask_units(&session);
	r = file_remove_temps(session.root, STATE_DIR, &err);
	if (r == 0)
		r = state_load(&session.state, session.root, &err);
	if (r == 0 && !revert_is_due(&session.state)) {
		printf(_("sixrelay: nothing to revert\n"));
		return cmd_flush();
	}
	/* Before the first change: units could not be stopped later either. */
	if (r == 0 && session.live && !session.units) {
		err = session.machine.units_error;
		r = err.code;
	}
	if (r < 0)
		return cmd_fail(&err, EXIT_FAILURE);
	state_load_instance(session.root, &session.instance, NULL);
	r = do_revert(&session, &agreed, &err);
	if (r < 0)
		return cmd_fail(&err, EXIT_FAILURE);
	if (!agreed)
		printf(_("sixrelay: nothing was changed\n"));
	return agreed ? EXIT_SUCCESS : EXIT_FAILURE;
}
