/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/i18n.h"
#include "cmd.h"
#include "render/routeros.h"
#include "session.h"

/* Which of the sites is asked for: without --site the only one there is. */
static int choose_site(const struct conf *conf, const char *name, size_t *chosen, struct error *err)
{
	if (!name && conf->site_count > 1)
		return error_set(err, -EINVAL, _("there are %zu sites; choose one: --site %s, ..."),
				 conf->site_count, conf->sites[0].name);
	for (size_t i = 0; i < conf->site_count; i++) {
		if (!name || !strcmp(conf->sites[i].name, name)) {
			*chosen = i;
			return 0;
		}
	}
	return error_set(err, -ENOENT, _("there is no site '%s' in %s"), name, CONF_PATH);
}

static int make_script(struct session *session, size_t chosen, struct buf *out, struct error *err)
{
	const struct site *site = &session->relay.sites[chosen];
	int r;

	r = session_recall(session, err);
	if (r == 0)
		r = session_make_relay(session, err);
	if (r < 0)
		return r;
	if (site->state == SITE_WAITING)
		return error_set(
			err, -ENOENT,
			_("site %s has no /64 yet; sixrelay status says what it waits for"),
			site->name);
	if (!session->relay.has_endpoint)
		return error_set(err, -EADDRNOTAVAIL, _("the instance has no public IPv4 address"));
	/* A key that is in memory alone is not the one the tunnel will have. */
	if (session->keys_fresh)
		return error_set(err, -ENOKEY, _("there are no keys yet; run: sixrelay apply"));
	render_routeros(&session->relay, site, !session->options->no_secret, out);
	return 0;
}

int cmd_script(const struct options *options)
{
	struct session session CLEANUP(session_close) = SESSION_INIT;
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t chosen = 0;
	int r;

	r = session_open(&session, options, &err);
	if (r == 0)
		r = choose_site(&session.conf, options->site, &chosen, &err);
	/* The way back needs neither metadata nor keys. */
	if (r == 0 && options->revert)
		render_routeros_revert(&session.conf.sites[chosen], &out);
	else if (r == 0)
		r = make_script(&session, chosen, &out, &err);
	return r < 0 ? cmd_fail(&err, EXIT_FAILURE) : cmd_print(&out);
}
