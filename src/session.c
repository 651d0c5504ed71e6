/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/keys.h"
#include "apply/revert.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_link.h"
#include "base/i18n.h"
#include "cmd.h"
#include "metadata/fetch.h"
#include "net/netlink.h"
#include "net/sysfs.h"

#define CONF_MAX (256 * 1024)
#define ROUTE_DEADLINE_MS 5000
#define ROUTE_POLL_MS 100
/* After a wait for metadata or a route what systemd said before is no longer so. */
#define UNITS_FRESH_MS 1000

/* The settings file that is asked for by name must be there; the usual one need not. */
static int read_conf(struct session *session, const struct options *options, struct error *err)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	CLEANUP(cleanup_free) char *absolute = NULL;
	CLEANUP(cleanup_fd) int slash = -1;
	const char *path = CONF_PATH;
	int root = session->root, r;

	if (options->config) {
		absolute = realpath(options->config, NULL);
		if (!absolute)
			return error_errno(err, -errno, "%s", options->config);
		path = absolute;
		slash = file_root_open("/", err);
		if (slash < 0)
			return slash;
		root = slash;
	}
	r = file_read(root, path, CONF_MAX, &text, NULL, err);
	if (r == -ENOENT)
		r = file_check_absent(root, path, err);
	if (r < 0)
		return r;
	return conf_parse(&session->conf, options->config ? options->config : path, buf_str(&text),
			  text.len, err);
}

void session_ask_units(struct session *session)
{
	units_close(session->units);
	session->units = NULL;
	session->units_asked_ms = clock_now_ms();
	if (session->live)
		units_open(&session->units, machine_unit_patterns, &session->machine.units_error);
}

int session_open(struct session *session, const struct options *options, struct error *err)
{
	int r;

	session->options = options;
	session->live = !options->root;
	if (session->live && geteuid() != 0)
		return error_set(err, -EPERM, _("needs root; try: sudo sixrelay ..."));
	session->root = file_root_open(options->root ? options->root : "/", err);
	if (session->root < 0)
		return session->root;
	session_ask_units(session);
	r = revert_is_marked(session->root, &session->was_reverted, err);
	return r < 0 ? r : read_conf(session, options, err);
}

/* Of the tries that fail the first is told, with --verbose each, with --quiet none: the last one's
 * error says the same. */
static void tell_retry(const char *why, void *data)
{
	struct session *session = data;

	if (!session->options->quiet && (!session->told_retry || session->options->verbose))
		fprintf(stderr, _("sixrelay: %s; trying again\n"), why);
	session->told_retry = true;
}

/* What systemd has sent by now is answered: the question for its units goes out behind its
 * greeting. */
static void serve_units(void *data)
{
	struct session *session = data;

	if (session->units)
		units_push(session->units);
}

int session_fetch(struct session *session, struct error *err)
{
	static const struct http_limits limits = HTTP_LIMITS_DEFAULT;
	struct http_hooks hooks = {.on_retry = tell_retry, .on_wait = serve_units, .data = session};

	return fetch_instance(&session->instance, session->options->metadata, &limits, &hooks, err);
}

int session_fetch_or_recall(struct session *session, struct error *err)
{
	int r = session_fetch(session, &session->silent);

	session->heard = r == 0;
	if (r == 0)
		return 0;
	if (!session->options->metadata &&
	    state_load_instance(session->root, &session->instance, NULL) == 0) {
		if (!session->options->quiet)
			cmd_tell("", session->silent.text);
		return 0;
	}
	*err = session->silent;
	if (session->options->metadata)
		return r;
	return error_wrap(err, r, _("waiting for the metadata service"));
}

int session_recall(struct session *session, struct error *err)
{
	int r;

	if (session->options->metadata)
		return session_fetch(session, err);
	r = state_load_instance(session->root, &session->instance, err);
	if (r == -ENOENT && file_exists(session->root, REVERT_MARKER))
		return error_set(err, r, _("all was reverted; to start afresh: sixrelay apply"));
	if (r == -ENOENT && file_exists(session->root, STATE_FILE))
		return error_set(err, r,
				 _("%s is gone, and made anew by sixrelay apply, once the metadata "
				   "service answers"),
				 STATE_METADATA);
	if (r == -ENOENT)
		return error_set(err, r, _("nothing was applied yet; run: sixrelay apply"));
	return r;
}

static void describe(const struct session *session)
{
	const struct relay *relay = &session->relay;

	fprintf(stderr, _("sixrelay: instance %s, NIC %s, IPv4 %s, original prefix %s\n"),
		session->instance.id, relay->nic.s,
		relay->has_endpoint ? ip4_text(relay->endpoint).s : "-",
		relay->has_original ? prefix_text(&relay->original).s : "-");
	for (size_t i = 0; i < session->instance.reserved_count; i++)
		fprintf(stderr, _("sixrelay: reserved prefix %s\n"),
			prefix_text(&session->instance.reserved[i]).s);
	for (size_t i = 0; i < session->instance.unusable_count; i++)
		fprintf(stderr,
			_("sixrelay: attached prefix %s is not usable: no /64 of its own\n"),
			prefix_text(&session->instance.unusable[i]).s);
	for (size_t i = 0; i < relay->site_count; i++)
		fprintf(stderr, _("sixrelay: site %s has %s\n"), relay->sites[i].name,
			relay->sites[i].state == SITE_WAITING
				? "-"
				: prefix_text(&relay->sites[i].prefix).s);
}

/* What the upstream proof found to be the one that works, where the settings leave it open. */
static void recall_rule(struct session *session)
{
	const char *found = state_text(&session->state, "ndppd_rule");

	if (found && !strcmp(found, "auto"))
		session->relay.ndppd_rule = NDPPD_AUTO;
}

static void note_silence(struct session *session)
{
	struct state *state = &session->state;

	if (session->silent.code && !state_text(state, "silent"))
		state_set_text(state, "silent", clock_utc().s);
	if (!session->heard || session->options->metadata || !state_text(state, "silent"))
		return;
	session->heard_again = true;
	state_set_text(state, "silent", NULL);
}

/* What the service said at the last apply may be of the instance that this one's disk comes from;
 * a NIC that the settings name hides that. */
static int check_recalled(const struct session *session, struct error *err)
{
	const struct mac *mac = &session->instance.mac;
	const struct link *link;

	if (!session->silent.code || !session->live ||
	    inventory_link_by_mac(&session->inventory, mac, &link))
		return 0;
	return error_set(
		err, -ENODEV,
		_("waiting for the metadata service: %s; what it said at the last apply is "
		  "of another machine, with MAC %s"),
		session->silent.text, mac_text(mac).s);
}

int session_make_relay(struct session *session, struct error *err)
{
	struct site_memory memory[CONF_SITES_MAX];
	size_t count;
	int r = state_load(&session->state, session->root, err);

	if (r < 0)
		return r;
	count = state_sites(&session->state, memory);
	inventory_clear(&session->inventory);
	r = session->live ? netlink_inventory(&session->inventory, err)
			  : sysfs_inventory(&session->inventory, session->root,
					    session->conf.has_nic ? &session->conf.nic : NULL,
					    &session->instance.mac, err);
	if (r == 0)
		r = check_recalled(session, err);
	if (r < 0)
		return r;
	note_silence(session);
	r = relay_make(&session->relay, &session->conf, &session->instance, &session->inventory,
		       memory, count, err);
	if (r < 0)
		return r;
	if (!session->conf.has_ndppd_rule)
		recall_rule(session);
	if (session->options->verbose)
		describe(session);
	return keys_load(session->root, &session->relay, &session->keys_fresh, err);
}

int session_wait_route(struct session *session, struct error *err)
{
	long deadline = clock_now_ms() + ROUTE_DEADLINE_MS;
	int r = 0;

	if (!session->live || !relay_site_count(&session->relay) ||
	    !machine_awaits_route(session->root, &session->relay, &session->inventory))
		return 0;
	fprintf(stderr,
		_("sixrelay: no IPv6 default route on %s yet; waiting for a router "
		  "advertisement\n"),
		session->relay.nic.s);
	while (r == 0 && clock_now_ms() < deadline &&
	       machine_awaits_route(session->root, &session->relay, &session->inventory)) {
		clock_sleep_ms(ROUTE_POLL_MS);
		r = netlink_inventory(&session->inventory, err);
	}
	return r;
}

static void clear_plan(struct session *session)
{
	if (session->changes)
		changes_clear(session->changes, session->files.count);
	free(session->changes);
	session->changes = NULL;
	file_list_clear(&session->files);
	plan_clear(&session->plan);
}

int session_make_plan(struct session *session, struct error *err)
{
	struct file_choices choices;
	int r;

	clear_plan(session);
	if (session->units && clock_now_ms() - session->units_asked_ms > UNITS_FRESH_MS)
		session_ask_units(session);
	r = machine_gather(&session->machine, session->root, session->live, &session->relay,
			   &session->inventory, session->units, err);
	if (r < 0)
		return r;
	if (relay_site_count(&session->relay)) {
		choices = plan_choices(&session->relay, &session->machine);
		render_files(&session->relay, &choices, &session->files);
	}
	session->changes = calloc(session->files.count + 1, sizeof(*session->changes));
	if (!session->changes || session->files.error)
		return error_errno(err, -ENOMEM, "plan");
	r = changes_find(session->root, &session->state, &session->files, session->changes, err);
	if (r < 0)
		return r;
	plan_make(&session->plan, &session->relay, &session->machine, &session->state,
		  &session->files, session->changes);
	return session->plan.error ? error_errno(err, session->plan.error, "plan") : 0;
}

void session_log_stage(const char *stage, size_t steps, const struct error *failure, void *data)
{
	struct session *session = data;

	if (failure)
		journal_stage(&session->journal, stage, failure->code, "%s", failure->text);
	else
		journal_stage(&session->journal, stage, 0, "%zu steps", steps);
}

struct subject session_subject(struct session *session)
{
	return (struct subject){
		.root = session->root,
		.metadata = session->options->metadata,
		.conf = &session->conf,
		.instance = &session->instance,
		.relay = &session->relay,
		.inventory = &session->inventory,
		.machine = &session->machine,
		.state = &session->state,
		.files = &session->files,
		.changes = session->changes,
		.units = session->units,
	};
}

void session_close(struct session *session)
{
	clear_plan(session);
	units_close(session->units);
	relay_wipe(&session->relay);
	inventory_clear(&session->inventory);
	state_clear(&session->state);
	if (session->root >= 0)
		close(session->root);
	*session = SESSION_INIT;
	wg_key_wipe_stack();
}
