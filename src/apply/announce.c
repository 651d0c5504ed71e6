/* SPDX-License-Identifier: MIT */
#include "apply/announce.h"

#include <errno.h>
#include <string.h>

#include "apply/console.h"
#include "apply/plan.h"
#include "apply/state.h"
#include "apply/wg_dump.h"
#include "base/boot.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/wrap.h"
#include "relay/relay.h"
#include "render/routeros.h"

#define SCRIPT_MAX (64 * 1024)

/* Whether the router has been seen with the key it has now. Asks wg only while it has not. */
static bool handshake_seen(const struct announce *a, const struct site *site)
{
	struct wg_key_text key = wg_key_text(&site->router_public_key);
	const char *seen = state_site_text(a->state, site->name, "handshake");
	const struct wg_peer *peer;
	struct wg_dump dump;

	if (seen && !strcmp(seen, key.s))
		return true;
	if (wg_dump_read(&dump, a->relay->wg_interface.s, NULL) < 0)
		return false;
	peer = wg_dump_peer(&dump, &site->router_public_key);
	if (!peer || !peer->handshake)
		return false;
	state_set_site_text(a->state, site->name, "handshake", key.s);
	return true;
}

static bool secret_shown(const struct announce *a, bool handshake)
{
	switch (a->conf->announce_secret) {
	case ANNOUNCE_ALWAYS:
		return true;
	case ANNOUNCE_UNTIL_HANDSHAKE:
		return !handshake;
	case ANNOUNCE_NEVER:
		return false;
	}
	return false;
}

/* The text between and around the markers. */
static void add_announcement(const struct announce *a, const struct site *site, bool secret,
			     struct buf *out)
{
	buf_addf(out, "\n-----BEGIN SIXRELAY ROUTEROS SCRIPT %s-----\n", site->name);
	render_routeros(a->relay, site, secret, out);
	buf_addf(out, "-----END SIXRELAY ROUTEROS SCRIPT %s-----\n", site->name);
	if (!secret && site->has_router_private_key)
		buf_addf(out,
			 _("sixrelay: the script above is without the private key; the whole one: "
			   "ssh root@%s sixrelay script --site %s\n"),
			 ip4_text(a->relay->endpoint).s, site->name);
}

/* Adds the site's script to out when it is due. The whole script, secret and all, is what decides
 * whether it has changed, and what is put into the state directory (0600). */
static int announce_site(const struct announce *a, const struct site *site, struct buf *out,
			 struct error *err)
{
	struct file_path path = state_script_path(site->name);
	CLEANUP(buf_clear) struct buf script = BUF_INIT, old = BUF_INIT;
	const char *announced = state_site_text(a->state, site->name, "announced");
	struct boot_id boot = boot_id(a->root);
	bool changed, handshake;
	int r;

	render_routeros(a->relay, site, true, &script);
	r = file_read(a->root, path.s, SCRIPT_MAX, &old, NULL, err);
	if (r < 0 && r != -ENOENT)
		return r;
	changed = r == -ENOENT || !buf_equal(&script, &old);
	if (!changed && announced && !strcmp(announced, boot.s))
		return 0;
	handshake = handshake_seen(a, site);
	if (changed || !handshake)
		add_announcement(a, site, secret_shown(a, handshake), out);
	state_set_site_text(a->state, site->name, "announced", boot.s);
	return changed ? file_write(a->root, path.s, &script, 0600, err) : 0;
}

/* What is waited for, once for each new text. */
static void announce_waiting(const struct announce *a, struct buf *out)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	const char *told = state_text(a->state, "waiting");

	for (size_t i = 0; i < a->plan->note_count; i++)
		if (a->plan->notes[i].kind == NOTE_WAITING)
			wrap(&text, "sixrelay: ", a->plan->notes[i].text, 2);
	if (text.len && (!told || strcmp(told, buf_str(&text)) != 0))
		buf_add(out, text.data, text.len);
	state_set_text(a->state, "waiting", text.len ? buf_str(&text) : NULL);
}

/* Whoever wrote a file that is gone now may look for it. */
static void announce_kept(const struct announce *a, struct buf *out)
{
	for (size_t i = 0; i < a->plan->note_count; i++)
		if (a->plan->notes[i].kind == NOTE_KEPT)
			wrap(out, "sixrelay: ", a->plan->notes[i].text, 2);
}

int announce(const struct announce *a, bool *said, struct error *err)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct error console_err = ERROR_INIT;
	int result = 0, r;

	announce_waiting(a, &out);
	announce_kept(a, &out);
	for (size_t i = 0; i < a->relay->site_count; i++) {
		if (a->relay->sites[i].state == SITE_WAITING || !a->relay->has_endpoint)
			continue;
		r = announce_site(a, &a->relay->sites[i], &out, err);
		if (r < 0)
			return r;
	}
	if (out.error)
		return error_errno(err, out.error, "announce");
	*said = out.len > 0;
	for (size_t i = 0; out.len && i < a->conf->console_count; i++) {
		r = console_write(a->conf->consoles[i], out.data, out.len, &console_err);
		if (r < 0 && result == 0) {
			result = r;
			*err = console_err;
			error_wrap(err, r, _("console"));
		}
	}
	return result;
}
