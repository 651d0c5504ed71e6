/* SPDX-License-Identifier: MIT */
#include "status/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "apply/machine.h"
#include "apply/plan.h"
#include "apply/state.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/i18n.h"
#include "base/words.h"
#include "base/wrap.h"
#include "metadata/instance.h"
#include "net/inventory.h"
#include "relay/relay.h"
#include "status/picture.h"
#include "status/view.h"

#define INDENT 11
/* Of the last apply's changes, without --verbose: so many that a relay that is well fits 24 lines,
 * the cursor's included. */
#define CHANGES_SHOWN 3

struct screen {
	const struct view *view;
	struct style style;
	bool verbose;
	struct buf *out;
};

/* A paragraph that starts with a mark, if there is one, and a sentence. The mark's colour takes no
 * columns: it is put in after the lines were broken. */
static void add_row(const struct screen *s, const char *name, const struct hop *hop,
		    const char *text)
{
	CLEANUP(buf_clear) struct buf lead = BUF_INIT, lines = BUF_INIT;
	struct style plain = {.utf8 = s->style.utf8};
	size_t width = wrap_width(name, strlen(name)), before;

	buf_addf(&lead, "%s%*s", name, width < INDENT ? (int)(INDENT - width) : 1, "");
	before = lead.len;
	if (hop) {
		mark_add(hop->mark, plain, &lead);
		buf_addf(&lead, " %s: ", _(mark_word(hop->mark)));
	}
	wrap(&lines, buf_str(&lead), text, INDENT);
	if (!hop || lines.error) {
		buf_add(s->out, buf_str(&lines), lines.len);
		return;
	}
	buf_add(s->out, buf_str(&lines), before);
	mark_add(hop->mark, s->style, s->out);
	lead.len = before;
	mark_add(hop->mark, plain, &lead);
	buf_adds(s->out, buf_str(&lines) + lead.len);
}

__attribute__((format(printf, 3, 4))) static void row(const struct screen *s, const char *name,
						      const char *fmt, ...)
{
	CLEANUP(cleanup_free) char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	add_row(s, name, NULL, text ? text : "");
}

static void add_picture(const struct screen *s)
{
	const struct view *v = s->view;
	struct picture_site sites[CONF_SITES_MAX];
	struct picture picture = {
		.style = s->style,
		.names = {_("Internet"), _("gateway"), v->relay->nic.s, v->relay->wg_interface.s},
		.marks = {v->uplink.mark, v->access.mark, v->relaying.mark},
		.lan = _("LAN"),
		.site_count = v->site_count,
		.sites = sites,
	};

	for (size_t i = 0; i < v->site_count; i++)
		sites[i] = (struct picture_site){v->site_count == 1 ? _("router")
								    : v->sites[i].site->name,
						 v->sites[i].tunnel.mark, v->sites[i].lan.mark};
	picture_draw(&picture, s->out);
}

/* What the marks say, by their numbers; several sites' own are in their rows. */
static void add_hops(const struct screen *s)
{
	const struct view *v = s->view;
	const struct site_view *site = &v->sites[0];
	const struct hop *hops[] = {&v->uplink, &v->access, &v->relaying, &site->tunnel,
				    &site->lan};
	size_t count = v->site_count == 1 ? 5 : 3;

	for (size_t i = 0; i < count; i++) {
		char number[8];

		snprintf(number, sizeof(number), "%zu", i + 1);
		add_row(s, number, hops[i], hops[i]->why);
	}
	buf_adds(s->out, "\n");
}

static void add_live(const struct screen *s)
{
	const struct view *v = s->view;
	const struct relay *relay = v->relay;
	const struct machine *m = v->machine;

	row(s, _("gateway"), v->route ? "%s, %s" : "%s",
	    v->route ? ip_text(&v->route->gateway).s : _("none"),
	    v->route ? view_route_origin(v) : "");
	row(s, _("NIC"), "%s, %s, %s%s%s", relay->nic.s, v->nic && v->nic->up ? _("up") : _("down"),
	    relay->has_endpoint ? ip4_text(relay->endpoint).s : _("no public IPv4"),
	    v->nic_ipv6 ? ", " : "", v->nic_ipv6 ? ip_text(&v->nic_ipv6->ipv6).s : "");
	row(s, _("tunnel"), "%s, %s, UDP %u, %s", relay->wg_interface.s,
	    m->tunnel_up ? _("up") : _("down"), (unsigned)relay->listen_port,
	    ip_text(&relay->vps_transit).s);
	row(s, _("units"), "%s %s, ndppd.service %s, timer %s", m->wg_unit,
	    m->units_known ? m->wg.active_state : "?", m->units_known ? m->ndppd.active_state : "?",
	    m->units_known ? m->timer.active_state : "?");
	if (m->units_known && !unit_is_active(&m->timer))
		row(s, "",
		    _("sixrelay follows Vultr's panel only when it is run; to have it do so by "
		      "itself: systemctl enable --now sixrelay.service sixrelay.timer"));
}

static const char *site_state_word(enum site_state state)
{
	switch (state) {
	case SITE_READY:
		return _("ready");
	case SITE_DETACHED:
		return _("detached");
	case SITE_WAITING:
		return _("waiting");
	}
	return "";
}

static void add_peer(const struct screen *s, const struct wg_peer *peer)
{
	if (peer && peer->handshake)
		row(s, "", _("peer %s, received %s, sent %s"), peer->endpoint,
		    amount_words(peer->received).s, amount_words(peer->sent).s);
}

static void add_site(const struct screen *s, const struct site_view *site)
{
	CLEANUP(buf_clear) struct buf name = BUF_INIT;
	const struct site *is = site->site;
	bool marked = s->view->live && s->view->site_count > 1;

	buf_addf(&name, "%s %s", _("site"), is->name);
	if (marked)
		add_row(s, buf_str(&name), &site->tunnel, site->tunnel.why);
	if (is->state == SITE_WAITING) {
		if (!marked)
			row(s, buf_str(&name), "%s", site_state_word(is->state));
		return;
	}
	row(s, marked ? "" : buf_str(&name), _("%s, %s, router %s"), prefix_text(&is->prefix).s,
	    site_state_word(is->state), ip_text(&is->router_transit).s);
	if (s->view->live)
		add_peer(s, site->peer);
}

static void add_metadata(const struct screen *s)
{
	const struct instance *instance = s->view->instance;

	for (size_t i = 0; i < instance->reserved_count; i++)
		row(s, i ? "" : _("reserved"), "%s", prefix_text(&instance->reserved[i]).s);
	for (size_t i = 0; i < instance->unusable_count; i++)
		row(s, i ? "" : _("unusable"), _("%s: no /64 of its own"),
		    prefix_text(&instance->unusable[i]).s);
}

static void add_record(const struct screen *s)
{
	const struct state *state = s->view->state;
	size_t count = state_record_count(state), shown = count;
	const char *time = state_record_time(state), *line;
	char age[sizeof(struct words) + 2] = "";
	int64_t at;

	if (!time) {
		row(s, _("applied"), _("nothing yet"));
		return;
	}
	if (time_parse(&at, time))
		snprintf(age, sizeof(age), ", %s", age_words(s->view->now - at).s);
	row(s, _("applied"), _("%s%s, %zu steps"), time, age, count);
	/* a last line that only says "1 more" is no shorter than that one */
	if (!s->verbose && count > CHANGES_SHOWN + 1)
		shown = CHANGES_SHOWN;
	for (size_t i = 0; i < shown; i++) {
		line = state_record_line(state, i);
		row(s, "", "%s", line ? line : "?");
	}
	if (shown < count)
		row(s, "", _("and %zu more: sixrelay status --verbose"), count - shown);
}

static void add_plan(const struct screen *s)
{
	const struct plan *plan = s->view->plan;

	if (plan->step_count)
		row(s, _("to do"), _("%zu steps; see them: sixrelay plan"), plan->step_count);
	else
		row(s, _("to do"), _("nothing"));
	for (size_t i = 0; i < plan->note_count; i++)
		row(s, _(note_label(plan->notes[i].kind)), "%s", plan->notes[i].text);
}

void status_text(const struct view *view, struct style style, bool verbose, struct buf *out)
{
	const struct screen s = {view, style, verbose, out};
	const char *path, *copy;

	if (view->live) {
		add_picture(&s);
		add_hops(&s);
	}
	add_plan(&s);
	row(&s, _("instance"), "%s%s%s", *view->instance->id ? view->instance->id : "?",
	    *view->instance->region ? ", " : "", view->instance->region);
	if (view->live)
		add_live(&s);
	row(&s, _("original"), "%s",
	    view->relay->has_original ? prefix_text(&view->relay->original).s : _("none"));
	if (verbose)
		add_metadata(&s);
	for (size_t i = 0; i < view->site_count; i++)
		add_site(&s, &view->sites[i]);
	for (size_t i = 0; state_get_kept(view->state, i, &path, &copy); i++)
		row(&s, i ? "" : _("kept"), "%s: %s", path, copy);
	add_record(&s);
}
