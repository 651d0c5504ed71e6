/* SPDX-License-Identifier: MIT */
#include "apply/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/machine.h"
#include "apply/notes.h"
#include "apply/state.h"
#include "apply/state_before.h"
#include "base/array.h"
#include "base/i18n.h"
#include "relay/relay.h"
#include "render/sysctl.h"
#include "render/wgquick.h"

/* What all the parts of planning look at. */
struct view {
	struct plan *plan;
	const struct relay *relay;
	const struct machine *machine;
	const struct state *state;
	const struct file_list *list;
	const struct change *changes;
};

static void add_step(struct plan *plan, struct step step)
{
	struct step *added = array_append(&plan->steps, &plan->step_count, sizeof(*added));

	if (added)
		*added = step;
	else
		plan->error = -ENOMEM;
}

static void add_unit(struct plan *plan, enum step_kind kind, enum stage stage, enum unit_verb verb,
		     const char *unit)
{
	struct step step = {.kind = kind, .stage = stage, .verb = verb};

	snprintf(step.unit, sizeof(step.unit), "%s", unit);
	add_step(plan, step);
}

/* The files of a stage that differ. Tells whether there is any. */
static bool add_files(const struct view *v, enum stage stage)
{
	bool any = false;

	for (size_t i = 0; i < v->list->count; i++) {
		if (v->list->specs[i].stage != stage || v->changes[i].kind == CHANGE_NONE)
			continue;
		add_step(v->plan, (struct step){.kind = STEP_FILE, .stage = stage, .index = i});
		if (v->changes[i].foreign && !v->changes[i].recorded)
			note_add(v->plan, NOTE_KEPT,
				 state_knows_before(v->state, v->list->specs[i].path.s)
					 ? _("%s is not as sixrelay left it; a copy is kept below "
					     "%s")
					 : _("%s was there before sixrelay; a copy is kept below "
					     "%s"),
				 v->list->specs[i].path.s, STATE_DIR);
		any |= v->changes[i].kind != CHANGE_MODE;
	}
	return any;
}

static const struct change *change_of(const struct view *v, const char *path)
{
	const struct file_spec *spec = file_list_find(v->list, path);

	return spec ? &v->changes[spec - v->list->specs] : NULL;
}

/* Another network would be open to the Internet. */
static bool may_open(const struct view *v, enum ufw_rule rule)
{
	return rule == UFW_LISTEN_PORT || !v->machine->name_taken;
}

static void plan_firewall(const struct view *v)
{
	if (v->machine->name_taken)
		note_add(v->plan, NOTE_PROBLEM,
			 _("wg_interface = %s: an interface of that name is there, and is no "
			   "tunnel; nothing is forwarded to or from it"),
			 v->relay->wg_interface.s);
	if (!v->relay->manage_ufw)
		return;
	if (!v->machine->has_ufw) {
		note_add(v->plan, NOTE_WARNING,
			 _("ufw is not installed: nothing is opened; if another firewall is in "
			   "force, let in %u/udp and forward to and from %s"),
			 (unsigned)v->relay->listen_port, v->relay->wg_interface.s);
		return;
	}
	if (!v->machine->ufw_enabled)
		note_add(v->plan, NOTE_WARNING,
			 _("ufw is inactive: its rules are written for the day it is enabled"));
	for (size_t i = 0; i < UFW_RULE_COUNT; i++)
		if (!v->machine->ufw_have[i] && may_open(v, (enum ufw_rule)i))
			add_step(v->plan, (struct step){.kind = STEP_UFW,
							.stage = STAGE_FIREWALL,
							.index = i,
							.port = v->relay->listen_port,
							.interface = v->relay->wg_interface});
}

static void plan_sysctl(const struct view *v)
{
	struct sysctl list[SYSCTL_COUNT];

	sysctl_list(v->relay, list);
	for (size_t i = 0; v->machine->live && i < SYSCTL_COUNT; i++) {
		if (v->machine->sysctl[i] == list[i].value)
			continue;
		if (list[i].of_nic && v->machine->nic_managed)
			continue;
		add_step(v->plan,
			 (struct step){.kind = STEP_SYSCTL, .stage = STAGE_SYSCTL, .index = i});
	}
}

/* Enabled, so that it comes up at the next boot before the agent and without it; then what brings
 * it from where it is to running with its files as they are now. */
static void plan_unit(const struct view *v, enum stage stage, const char *unit,
		      const struct unit_status *status, bool changed, enum unit_verb on_change)
{
	if (!unit_is_enabled(status))
		add_unit(v->plan, STEP_ENABLE, stage, UNIT_START, unit);
	if (!strcmp(status->active_state, "activating") && !changed)
		/* At boot: the job that is under way is what start waits for. */
		add_unit(v->plan, STEP_UNIT, stage, UNIT_START, unit);
	else if (!unit_is_active(status))
		/* Restart, not start: it may be up half-way, or between two tries. */
		add_unit(v->plan, STEP_UNIT, stage, UNIT_RESTART, unit);
	else if (changed)
		add_unit(v->plan, STEP_UNIT, stage, on_change, unit);
}

/* The tunnel's name at the last apply, when it was another one. */
static bool renamed_from(const struct view *v, struct link_name *old)
{
	const char *name = state_text(v->state, "wg_interface");

	return name && link_name_parse(old, name) && strcmp(old->s, v->relay->wg_interface.s) != 0;
}

/* Two tunnels can't share a port and an address: the old one goes first. */
static void plan_retirement(const struct view *v)
{
	struct link_name old;
	char unit[64];

	if (!v->machine->live || !renamed_from(v, &old))
		return;
	snprintf(unit, sizeof(unit), "wg-quick@%s.service", old.s);
	if (v->machine->units_known && v->machine->has_wg_quick) {
		add_unit(v->plan, STEP_UNIT, STAGE_TUNNEL, UNIT_STOP, unit);
		add_unit(v->plan, STEP_DISABLE, STAGE_TUNNEL, UNIT_STOP, unit);
	}
	add_step(v->plan,
		 (struct step){.kind = STEP_REMOVE, .stage = STAGE_TUNNEL, .interface = old});
}

/* Rules of ours for a port or a name that the tunnel no longer has. */
static void plan_stale_rules(const struct view *v)
{
	const char *port_text = state_text(v->state, "listen_port");
	unsigned long port = port_text ? strtoul(port_text, NULL, 10) : v->relay->listen_port;
	struct link_name old = v->relay->wg_interface;
	bool renamed = renamed_from(v, &old);

	if (!v->machine->live || !v->relay->manage_ufw || !v->machine->has_ufw || port > 65535)
		return;
	for (size_t i = 0; i < UFW_RULE_COUNT; i++) {
		struct step step = {.kind = STEP_UFW_DELETE,
				    .stage = STAGE_TUNNEL,
				    .index = i,
				    .port = (uint16_t)port,
				    .interface = old};
		bool stale = i == UFW_LISTEN_PORT ? port != v->relay->listen_port : renamed;

		if (stale &&
		    state_ufw_before(v->state, ufw_rule_text((enum ufw_rule)i, step.port, old.s).s))
			add_step(v->plan, step);
	}
}

/* Whether the peers alone differ from what the running tunnel was made with. */
static bool only_peers_differ(const struct view *v)
{
	struct file_path path = file_wgquick(&v->relay->wg_interface);
	const struct file_spec *spec = file_list_find(v->list, path.s);
	const struct change *conf = change_of(v, path.s);

	return spec && conf && conf->kind == CHANGE_UPDATE &&
	       !state_is_pending(v->state, STAGE_TUNNEL) && v->machine->tunnel_up &&
	       wgquick_same_interface(buf_str(&conf->old), buf_str(&spec->content));
}

/* A tunnel is taken down by what brought it up: somebody else's configuration may have hooks and
 * routes to undo that ours knows nothing of. */
static void plan_takeover(const struct view *v)
{
	const struct change *conf = change_of(v, file_wgquick(&v->relay->wg_interface).s);

	if (conf && conf->foreign && v->machine->units_known && unit_is_active(&v->machine->wg) &&
	    !only_peers_differ(v))
		add_unit(v->plan, STEP_UNIT, STAGE_TUNNEL, UNIT_STOP, v->machine->wg_unit);
}

static void plan_tunnel(const struct view *v)
{
	const struct change *conf = change_of(v, file_wgquick(&v->relay->wg_interface).s);
	bool changed = conf && (conf->kind == CHANGE_CREATE || conf->kind == CHANGE_UPDATE);
	bool down = unit_is_active(&v->machine->wg) && !v->machine->tunnel_up;

	if (v->machine->live && !v->machine->has_wg_quick)
		note_add(v->plan, NOTE_PROBLEM,
			 _("wg-quick is not installed, so there is no tunnel: apt-get install "
			   "wireguard-tools, then sixrelay apply"));
	else if (v->machine->units_known)
		plan_unit(v, STAGE_TUNNEL, v->machine->wg_unit, &v->machine->wg,
			  changed || down || state_is_pending(v->state, STAGE_TUNNEL),
			  only_peers_differ(v) ? UNIT_RELOAD : UNIT_RESTART);
}

static void plan_ndppd(const struct view *v, bool changed)
{
	const struct change *service = change_of(v, FILE_NDPPD_SERVICE);
	bool service_changed = service && service->kind != CHANGE_NONE;

	if (v->machine->live && !v->machine->has_ndppd) {
		note_add(v->plan, NOTE_PROBLEM,
			 _("ndppd is not installed, so nothing from the internet reaches the LAN: "
			   "apt-get install ndppd, then sixrelay apply"));
		return;
	}
	if (!v->machine->units_known)
		return;
	if (service_changed || state_is_pending(v->state, STAGE_NDPPD))
		add_unit(v->plan, STEP_MANAGER_RELOAD, STAGE_NDPPD, UNIT_START, "");
	/* Its links have the NIC's name, which is another one where the disk came from. */
	if (service_changed && unit_is_enabled(&v->machine->ndppd))
		add_unit(v->plan, STEP_ENABLE, STAGE_NDPPD, UNIT_START, "ndppd.service");
	plan_unit(v, STAGE_NDPPD, "ndppd.service", &v->machine->ndppd,
		  changed || state_is_pending(v->state, STAGE_NDPPD), UNIT_RESTART);
}

/* Who has no key keeps his password, or gets it back; not while sshd can't be asked, who would not
 * be reloaded either. A file at that place that isn't ours is its owner's business. */
static bool takes_sshd_back(const struct view *v)
{
	return v->relay->manage_sshd && v->machine->has_sshd && !v->machine->key_login.possible &&
	       (v->machine->key_login.known || !v->machine->live) &&
	       v->machine->hardening_present && state_has_written(v->state, FILE_SSHD);
}

static void plan_sshd(const struct view *v)
{
	const struct file_spec *spec = file_list_find(v->list, FILE_SSHD);
	size_t index = spec ? (size_t)(spec - v->list->specs) : 0;
	bool changed = spec && v->changes[index].kind != CHANGE_NONE;
	bool back = takes_sshd_back(v);

	if (v->relay->manage_sshd && v->machine->has_sshd && !v->machine->key_login.possible)
		note_no_key(v->plan, v->machine, back);
	if (changed && !v->machine->sshd_includes)
		note_add(v->plan, NOTE_WARNING,
			 _("sshd_config does not include sshd_config.d, so %s has no effect"),
			 FILE_SSHD);
	if (changed && v->machine->live)
		add_step(
			v->plan,
			(struct step){.kind = STEP_SSHD_TEST, .stage = STAGE_SSHD, .index = index});
	if (back)
		add_step(v->plan, (struct step){.kind = STEP_SSHD_BACK, .stage = STAGE_SSHD});
	add_files(v, STAGE_SSHD);
	if (!changed && !back && !state_is_pending(v->state, STAGE_SSHD))
		return;
	/* A socket-activated sshd that is not running reads the file at the next login. */
	if (unit_is_active(&v->machine->ssh))
		add_unit(v->plan, STEP_UNIT, STAGE_SSHD, UNIT_RELOAD, "ssh.service");
	else if (unit_is_active(&v->machine->sshd))
		add_unit(v->plan, STEP_UNIT, STAGE_SSHD, UNIT_RELOAD, "sshd.service");
}

void plan_make(struct plan *plan, const struct relay *relay, const struct machine *machine,
	       const struct state *state, const struct file_list *list,
	       const struct change changes[])
{
	struct view v = {plan, relay, machine, state, list, changes};
	bool ndppd_changed;

	notes_metadata(plan, state);
	notes_waiting(plan, relay);
	if (!relay_site_count(relay))
		return;
	if (machine->live && !relay->has_endpoint)
		note_add(plan, NOTE_PROBLEM,
			 _("the instance has no public IPv4 address, so a router at a home without "
			   "IPv6 can't reach it: neither the metadata nor %s has one"),
			 relay->nic.s);
	if (machine->live && !machine->units_known)
		note_add(plan, NOTE_PROBLEM, _("the units can't be started: %s"),
			 machine->units_error.text);
	if (machine->live)
		plan_firewall(&v);
	add_files(&v, STAGE_SYSCTL);
	plan_sysctl(&v);
	plan_retirement(&v);
	plan_takeover(&v);
	add_files(&v, STAGE_TUNNEL);
	plan_tunnel(&v);
	plan_stale_rules(&v);
	ndppd_changed = add_files(&v, STAGE_NDPPD);
	plan_ndppd(&v, ndppd_changed);
	plan_sshd(&v);
}

void plan_clear(struct plan *plan)
{
	for (size_t i = 0; i < plan->note_count; i++)
		free(plan->notes[i].text);
	free(plan->notes);
	free(plan->steps);
	*plan = PLAN_INIT;
}

bool plan_has(const struct plan *plan, enum note_kind kind)
{
	for (size_t i = 0; i < plan->note_count; i++)
		if (plan->notes[i].kind == kind)
			return true;
	return false;
}

struct file_choices plan_choices(const struct relay *relay, const struct machine *machine)
{
	return (struct file_choices){
		.ndppd_service = !machine->ndppd_native,
		.bind_device = machine->device_active,
		.sshd = relay->manage_sshd && machine->has_sshd && machine->key_login.possible,
		.sshd_leave_root = machine->sshd_forbids_root,
	};
}
