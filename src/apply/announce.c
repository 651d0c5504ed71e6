/* SPDX-License-Identifier: MIT */
#include "apply/announce.h"

#include <errno.h>
#include <string.h>

#include "apply/console.h"
#include "apply/handshake.h"
#include "apply/keys.h"
#include "apply/plan.h"
#include "apply/state.h"
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

/* In which boot, and where: a console that the settings name since is to have it, too. */
static void add_occasion(const struct announce *a, struct buf *out)
{
	buf_adds(out, boot_id(a->root).s);
	for (size_t i = 0; i < a->conf->console_count; i++)
		buf_addf(out, " %s", a->conf->consoles[i]);
}

/* Adds the site's script to out when it is due; *changed tells whether it is another one than was
 * announced last. The whole script, secret and all, is what decides that. */
static int announce_site(const struct announce *a, const struct site *site, struct buf *out,
			 bool *changed, struct error *err)
{
	struct file_path path = state_script_path(site->name);
	CLEANUP(buf_clear) struct buf script = BUF_INIT, old = BUF_INIT, occasion = BUF_INIT;
	const char *announced = state_site_text(a->state, site->name, "announced");
	bool handshake = handshake_is_known(a->state, site);
	int r;

	render_routeros(a->relay, site, true, &script);
	r = file_read(a->root, path.s, SCRIPT_MAX, &old, NULL, err);
	if (r < 0 && r != -ENOENT)
		return r;
	add_occasion(a, &occasion);
	*changed = r == -ENOENT || !buf_equal(&script, &old);
	if (!*changed && announced && !strcmp(announced, buf_str(&occasion)))
		return 0;
	if (*changed || !handshake)
		add_announcement(a, site, secret_shown(a, handshake), out);
	state_set_site_text(a->state, site->name, "announced", buf_str(&occasion));
	return 0;
}

/* After it was announced: a run that is cut short before says it again. The file has the secret
 * (0600). */
static int keep_script(const struct announce *a, const struct site *site, struct error *err)
{
	CLEANUP(buf_clear) struct buf script = BUF_INIT;

	render_routeros(a->relay, site, true, &script);
	return script.error
		       ? error_errno(err, script.error, "announce")
		       : file_write(a->root, state_script_path(site->name).s, &script, 0600, err);
}

/* A prefix that is back brings no new script. */
static void announce_back(const struct announce *a, struct buf *out)
{
	for (size_t i = 0; i < a->relay->site_count; i++) {
		const struct site *site = &a->relay->sites[i];
		const char *detached = state_site_text(a->state, site->name, "detached");
		struct ip_text prefix = prefix_text(&site->prefix);
		CLEANUP(buf_clear) struct buf text = BUF_INIT;

		if (site->state == SITE_READY && detached && !strcmp(detached, prefix.s)) {
			buf_addf(&text, _("site %s: %s is attached again"), site->name, prefix.s);
			wrap(out, "sixrelay: ", buf_str(&text), 2);
		}
		state_set_site_text(a->state, site->name, "detached",
				    site->state == SITE_DETACHED ? prefix.s : NULL);
	}
}

/* What is waited for; what was kept: whoever wrote a file that is gone now may look for it; and
 * that there is no key to log in with. */
static void announce_notes(const struct announce *a, struct buf *out)
{
	for (size_t i = 0; i < a->plan->note_count; i++) {
		const struct note *note = &a->plan->notes[i];

		if (!note->told && note->on_console)
			wrap(out, "sixrelay: ", note->text, 2);
	}
}

/* What stands on a console, a prompt as a rule, may have no end of its line. */
static void tell(const struct announce *a, const struct buf *out, struct announced *announced)
{
	static const struct console_limits limits = CONSOLE_LIMITS_DEFAULT;
	CLEANUP(buf_clear) struct buf text = BUF_INIT;

	buf_adds(&text, "\n");
	buf_add(&text, out->data, out->len);
	announced->failed = console_write(a->conf->consoles, a->conf->console_count, buf_str(&text),
					  text.len, &limits, announced->errors);
}

int announce(const struct announce *a, struct announced *announced, struct error *err)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	bool changed[CONF_SITES_MAX] = {false};
	size_t before;
	int r = 0;

	*announced = (struct announced){0};
	announce_notes(a, &out);
	announce_back(a, &out);
	before = out.len;
	for (size_t i = 0; r == 0 && i < a->relay->site_count; i++)
		if (a->relay->sites[i].state != SITE_WAITING && a->relay->has_endpoint &&
		    (!a->keys_fresh || keys_are_stored(a->root, a->relay, i)))
			r = announce_site(a, &a->relay->sites[i], &out, &changed[i], err);
	if (out.error)
		return error_errno(err, out.error, "announce");
	announced->anything = out.len > 0;
	announced->script = out.len > before;
	if (announced->anything)
		tell(a, &out, announced);
	for (size_t i = 0; r == 0 && i < a->relay->site_count; i++)
		if (changed[i])
			r = keep_script(a, &a->relay->sites[i], err);
	return r;
}
