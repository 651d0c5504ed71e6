/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/i18n.h"
#include "cmd.h"
#include "render/routeros.h"
#include "session.h"

/* The site asked for; without --site the only one there is. */
static int choose_site(const struct relay *relay, const char *name, const struct site **site,
		       struct error *err)
{
	*site = relay_site(relay, name ? name : relay->sites[0].name);
	if (!name && relay->site_count > 1)
		return error_set(err, -EINVAL, _("there are %zu sites; choose one: --site %s, ..."),
				 relay->site_count, relay->sites[0].name);
	if (!*site)
		return error_set(err, -ENOENT, _("there is no site '%s' in %s"), name, CONF_PATH);
	if ((*site)->state == SITE_WAITING)
		return error_set(
			err, -ENOENT,
			_("site %s has no /64 yet; sixrelay status says what it waits for"),
			(*site)->name);
	if (!relay->has_endpoint)
		return error_set(err, -EADDRNOTAVAIL, _("the instance has no public IPv4 address"));
	return 0;
}

int cmd_script(const struct options *options)
{
	struct session session CLEANUP(session_close) = SESSION_INIT;
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	const struct site *site = NULL;
	int r;

	r = session_open(&session, options, &err);
	if (r == 0)
		r = session_recall(&session, &err);
	if (r == 0)
		r = session_make_relay(&session, &err);
	if (r == 0)
		r = choose_site(&session.relay, options->site, &site, &err);
	/* A key that is in memory alone is not the one the tunnel will have. */
	if (r == 0 && session.keys_fresh)
		r = error_set(&err, -ENOKEY, _("there are no keys yet; run: sixrelay apply"));
	if (r < 0)
		return cmd_fail(&err, EXIT_FAILURE);
	render_routeros(&session.relay, site, !options->no_secret, &out);
	return cmd_print(&out);
}
