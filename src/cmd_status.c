/* SPDX-License-Identifier: MIT */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "apply/wg_dump.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/wrap.h"
#include "cmd.h"
#include "session.h"

/* What status shows beside the session. */
struct view {
	const struct session *session;
	const struct link *nic, *wg; /* NULL: not there */
	const struct route *route;   /* the NIC's default route, or NULL */
	bool has_dump;
	struct wg_dump dump;
};

struct amount {
	char s[24];
};

static struct amount amount_text(uint64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes;
	struct amount text;
	size_t unit = 0;

	while (value >= 1024 && unit < 4) {
		value /= 1024;
		unit++;
	}
	snprintf(text.s, sizeof(text.s), unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
	return text;
}

static const char *site_state_word(enum site_state state)
{
	switch (state) {
	case SITE_READY:
		return N_("ready");
	case SITE_DETACHED:
		return N_("detached");
	case SITE_WAITING:
		return N_("waiting");
	}
	return "";
}

__attribute__((format(printf, 3, 4))) static void row(struct buf *out, const char *name,
						      const char *fmt, ...)
{
	CLEANUP(cleanup_free) char *text = NULL;
	char label[32];
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	snprintf(label, sizeof(label), "%-10s ", name);
	wrap(out, label, text ? text : "", 11);
}

static const struct wg_peer *peer_of(const struct view *v, const struct site *site)
{
	return v->has_dump ? wg_dump_peer(&v->dump, &site->router_public_key) : NULL;
}

static void print_site(const struct view *v, const struct site *site, struct buf *out)
{
	const struct wg_peer *peer = peer_of(v, site);
	char label[32];

	snprintf(label, sizeof(label), "%s %s", _("site"), site->name);
	if (site->state == SITE_WAITING) {
		row(out, label, "%s", _(site_state_word(site->state)));
		return;
	}
	row(out, label, "%s, %s", prefix_text(&site->prefix).s, _(site_state_word(site->state)));
	row(out, "", _("router %s"), ip_text(&site->router_transit).s);
	if (!peer)
		return;
	if (peer->handshake)
		row(out, "", _("handshake %" PRId64 " s ago from %s, received %s, sent %s"),
		    (int64_t)time(NULL) - peer->handshake, peer->endpoint,
		    amount_text(peer->received).s, amount_text(peer->sent).s);
	else
		row(out, "",
		    _("no handshake yet: paste the script, sixrelay script, into the router"));
}

static void print_live(const struct view *v, struct buf *out)
{
	const struct session *s = v->session;

	row(out, _("NIC"), "%s, %s, %s", s->relay.nic.s, v->nic && v->nic->up ? _("up") : _("down"),
	    s->relay.has_endpoint ? ip4_text(s->relay.endpoint).s : _("no public IPv4"));
	if (v->route && v->route->has_gateway)
		row(out, _("gateway"), _("%s, %s"), ip_text(&v->route->gateway).s,
		    v->route->protocol != RTPROT_RA ? _("a static default route")
		    : s->machine.nic_managed	    ? _("by RA, kept by the network manager")
						    : _("by RA, kept by the kernel"));
	else
		row(out, _("gateway"), _("none: the VPS has no IPv6 default route"));
	row(out, _("tunnel"), "%s, %s, UDP %u, %s", s->relay.wg_interface.s,
	    s->machine.tunnel_up ? _("up") : _("down"), (unsigned)s->relay.listen_port,
	    ip_text(&s->relay.vps_transit).s);
	row(out, _("units"), "%s %s, ndppd.service %s", s->machine.wg_unit,
	    s->machine.units_known ? s->machine.wg.active_state : "?",
	    s->machine.units_known ? s->machine.ndppd.active_state : "?");
}

static void print_text(const struct view *v, struct buf *out)
{
	const struct session *s = v->session;
	const char *path, *copy;

	row(out, _("instance"), "%s%s%s", *s->instance.id ? s->instance.id : "?",
	    *s->instance.region ? ", " : "", s->instance.region);
	if (s->live)
		print_live(v, out);
	row(out, _("original"), "%s",
	    s->relay.has_original ? prefix_text(&s->relay.original).s : _("none"));
	for (size_t i = 0; i < s->relay.site_count; i++)
		print_site(v, &s->relay.sites[i], out);
	if (state_record_time(&s->state))
		row(out, _("applied"), _("%s, %zu steps"), state_record_time(&s->state),
		    state_record_count(&s->state));
	else
		row(out, _("applied"), _("nothing yet"));
	for (size_t i = 0; state_get_kept(&s->state, i, &path, &copy); i++)
		row(out, _("kept"), "%s: %s", path, copy);
	if (s->plan.step_count)
		row(out, _("to do"), _("%zu steps; see them: sixrelay plan"), s->plan.step_count);
	plan_print_notes(&s->plan, out);
}

static void add_sites(const struct view *v, cJSON *root)
{
	cJSON *sites = cJSON_AddArrayToObject(root, "sites"), *item;

	for (size_t i = 0; i < v->session->relay.site_count; i++) {
		const struct site *site = &v->session->relay.sites[i];
		const struct wg_peer *peer = peer_of(v, site);

		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "name", site->name);
		cJSON_AddStringToObject(item, "state", site_state_word(site->state));
		if (site->state != SITE_WAITING)
			cJSON_AddStringToObject(item, "prefix", prefix_text(&site->prefix).s);
		cJSON_AddStringToObject(item, "router_transit", ip_text(&site->router_transit).s);
		if (peer) {
			cJSON_AddNumberToObject(item, "handshake", (double)peer->handshake);
			cJSON_AddStringToObject(item, "endpoint", peer->endpoint);
			cJSON_AddNumberToObject(item, "received", (double)peer->received);
			cJSON_AddNumberToObject(item, "sent", (double)peer->sent);
		}
		cJSON_AddItemToArray(sites, item);
	}
}

static void print_json(const struct view *v, struct buf *out)
{
	const struct session *s = v->session;
	cJSON *root = cJSON_CreateObject();

	cJSON_AddStringToObject(root, "instance", s->instance.id);
	cJSON_AddStringToObject(root, "nic", s->relay.nic.s);
	if (s->relay.has_endpoint)
		cJSON_AddStringToObject(root, "ipv4", ip4_text(s->relay.endpoint).s);
	if (s->relay.has_original)
		cJSON_AddStringToObject(root, "original", prefix_text(&s->relay.original).s);
	if (v->route && v->route->has_gateway)
		cJSON_AddStringToObject(root, "gateway", ip_text(&v->route->gateway).s);
	if (s->live) {
		cJSON_AddBoolToObject(root, "tunnel_up", s->machine.tunnel_up);
		cJSON_AddStringToObject(root, "wg_quick", s->machine.wg.active_state);
		cJSON_AddStringToObject(root, "ndppd", s->machine.ndppd.active_state);
	}
	add_sites(v, root);
	if (state_record_time(&s->state))
		cJSON_AddStringToObject(root, "last_apply", state_record_time(&s->state));
	cJSON_AddNumberToObject(root, "to_do", (double)s->plan.step_count);
	cmd_json_notes(root, &s->plan);
	cmd_json_print(root, out);
}

int cmd_status(const struct options *options)
{
	struct session session CLEANUP(session_close) = SESSION_INIT;
	struct view view = {.session = &session};
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	int r;

	r = session_open(&session, options, &err);
	if (r == 0)
		r = session_recall(&session, &err);
	if (r == 0)
		r = session_make_relay(&session, &err);
	if (r == 0)
		r = session_make_plan(&session, &err);
	if (r < 0)
		return cmd_fail(&err, EXIT_FAILURE);
	if (session.live) {
		view.nic = inventory_link(&session.inventory, session.relay.nic.s);
		view.wg = inventory_link(&session.inventory, session.relay.wg_interface.s);
		view.route = inventory_default_route(&session.inventory, session.relay.nic_index);
		view.has_dump = view.wg && wg_dump_read(&view.dump, view.wg->name.s, NULL) == 0;
	}
	if (options->json)
		print_json(&view, &out);
	else
		print_text(&view, &out);
	return cmd_print(&out);
}
