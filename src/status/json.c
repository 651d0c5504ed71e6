/* SPDX-License-Identifier: MIT */
#include "status/json.h"

#include <cjson/cJSON.h>

#include "apply/machine.h"
#include "apply/plan.h"
#include "apply/state.h"
#include "metadata/instance.h"
#include "net/inventory.h"
#include "relay/relay.h"
#include "status/view.h"

static const char *site_state_name(enum site_state state)
{
	switch (state) {
	case SITE_READY:
		return "ready";
	case SITE_DETACHED:
		return "detached";
	case SITE_WAITING:
		return "waiting";
	}
	return "";
}

/* site: NULL for a hop that all sites share. */
static void add_hop(cJSON *path, const char *from, const char *to, const struct hop *hop,
		    const char *site)
{
	cJSON *item = cJSON_CreateObject();

	cJSON_AddStringToObject(item, "from", from);
	cJSON_AddStringToObject(item, "to", to);
	if (site)
		cJSON_AddStringToObject(item, "site", site);
	cJSON_AddStringToObject(item, "mark", mark_word(hop->mark));
	cJSON_AddStringToObject(item, "why", hop->why);
	cJSON_AddItemToArray(path, item);
}

static void add_path(const struct view *v, cJSON *root)
{
	const char *nic = v->relay->nic.s, *wg = v->relay->wg_interface.s;
	cJSON *path = cJSON_AddArrayToObject(root, "path");

	if (!v->live)
		return;
	add_hop(path, "internet", "gateway", &v->uplink, NULL);
	add_hop(path, "gateway", nic, &v->access, NULL);
	add_hop(path, nic, wg, &v->relaying, NULL);
	for (size_t i = 0; i < v->site_count; i++) {
		const char *site = v->sites[i].site->name;

		add_hop(path, wg, "router", &v->sites[i].tunnel, site);
		add_hop(path, "router", "lan", &v->sites[i].lan, site);
	}
}

static void add_sites(const struct view *v, cJSON *root)
{
	cJSON *sites = cJSON_AddArrayToObject(root, "sites"), *item;

	for (size_t i = 0; i < v->site_count; i++) {
		const struct site_view *view = &v->sites[i];
		const struct site *site = view->site;

		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "name", site->name);
		cJSON_AddStringToObject(item, "state", site_state_name(site->state));
		if (site->state != SITE_WAITING)
			cJSON_AddStringToObject(item, "prefix", prefix_text(&site->prefix).s);
		cJSON_AddStringToObject(item, "router_transit", ip_text(&site->router_transit).s);
		if (view->peer) {
			cJSON_AddNumberToObject(item, "handshake", (double)view->peer->handshake);
			if (view->has_age)
				cJSON_AddNumberToObject(item, "handshake_age", (double)view->age);
			else
				cJSON_AddNullToObject(item, "handshake_age");
			cJSON_AddStringToObject(item, "endpoint", view->peer->endpoint);
			cJSON_AddNumberToObject(item, "received", (double)view->peer->received);
			cJSON_AddNumberToObject(item, "sent", (double)view->peer->sent);
		}
		cJSON_AddItemToArray(sites, item);
	}
}

static void add_record(const struct view *v, cJSON *root)
{
	cJSON *changed;

	if (!state_record_time(v->state))
		return;
	cJSON_AddStringToObject(root, "last_apply", state_record_time(v->state));
	changed = cJSON_AddArrayToObject(root, "changed");
	for (size_t i = 0; i < state_record_count(v->state); i++) {
		const char *line = state_record_line(v->state, i);

		cJSON_AddItemToArray(changed, cJSON_CreateString(line ? line : ""));
	}
}

static void add_waiting(const struct view *v, cJSON *root)
{
	cJSON *waiting = cJSON_AddArrayToObject(root, "waiting");

	for (size_t i = 0; i < v->plan->note_count; i++)
		if (v->plan->notes[i].kind == NOTE_WAITING)
			cJSON_AddItemToArray(waiting, cJSON_CreateString(v->plan->notes[i].text));
}

static void add_kept(const struct view *v, cJSON *root)
{
	cJSON *kept = cJSON_AddArrayToObject(root, "kept"), *item;
	const char *path, *copy;

	for (size_t i = 0; state_get_kept(v->state, i, &path, &copy); i++) {
		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "path", path);
		cJSON_AddStringToObject(item, "copy", copy);
		cJSON_AddItemToArray(kept, item);
	}
}

cJSON *status_json(const struct view *v)
{
	const struct relay *relay = v->relay;
	cJSON *root = cJSON_CreateObject();

	cJSON_AddStringToObject(root, "instance", v->instance->id);
	cJSON_AddStringToObject(root, "nic", relay->nic.s);
	if (relay->has_endpoint)
		cJSON_AddStringToObject(root, "ipv4", ip4_text(relay->endpoint).s);
	if (relay->has_original)
		cJSON_AddStringToObject(root, "original", prefix_text(&relay->original).s);
	if (v->route)
		cJSON_AddStringToObject(root, "gateway", ip_text(&v->route->gateway).s);
	if (v->live) {
		cJSON_AddBoolToObject(root, "tunnel_up", v->machine->tunnel_up);
		cJSON_AddStringToObject(root, "wg_quick", v->machine->wg.active_state);
		cJSON_AddStringToObject(root, "ndppd", v->machine->ndppd.active_state);
		cJSON_AddStringToObject(root, "timer", v->machine->timer.active_state);
	}
	add_path(v, root);
	add_sites(v, root);
	add_record(v, root);
	add_waiting(v, root);
	add_kept(v, root);
	cJSON_AddNumberToObject(root, "to_do", (double)v->plan->step_count);
	return root;
}
