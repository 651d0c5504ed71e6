/* SPDX-License-Identifier: MIT */
#include "status/view.h"

#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "apply/machine.h"
#include "apply/plan.h"
#include "apply/state.h"
#include "base/i18n.h"
#include "base/words.h"
#include "net/inventory.h"
#include "relay/relay.h"
#include "render/sysctl.h"

/* One thing more that is known of the hop; the worst of them is its mark. */
__attribute__((format(printf, 3, 4))) static void judge(struct hop *hop, enum mark mark,
							const char *fmt, ...)
{
	size_t len = strlen(hop->why);
	va_list args;

	if (!len || mark == MARK_BAD || (mark == MARK_UNKNOWN && hop->mark == MARK_GOOD))
		hop->mark = mark;
	if (len)
		len += (size_t)snprintf(hop->why + len, sizeof(hop->why) - len, "; ");
	if (len >= sizeof(hop->why))
		return;
	va_start(args, fmt);
	vsnprintf(hop->why + len, sizeof(hop->why) - len, fmt, args);
	va_end(args);
}

const char *view_route_origin(const struct view *v)
{
	if (v->route->protocol != RTPROT_RA)
		return _("a static default route");
	return v->machine->nic_managed ? _("by RA, kept by the network manager")
				       : _("by RA, kept by the kernel");
}

static bool all_detached(const struct relay *relay)
{
	size_t detached = 0;

	for (size_t i = 0; i < relay->site_count; i++)
		detached += relay->sites[i].state == SITE_DETACHED;
	return detached && detached == relay_site_count(relay);
}

/* The state's text of the last proof is "pass" or "fail", and its time. That it passed says nothing
 * of now when there is no way to the gateway. */
static void judge_uplink(struct view *v)
{
	const char *proof = state_text(v->state, "proof"),
		   *time = proof ? strchr(proof, ' ') : NULL;
	char age[sizeof(struct words) + 2] = "";
	int64_t seconds;

	if (time && time_parse(&seconds, time + 1))
		snprintf(age, sizeof(age), ", %s", age_words(v->now - seconds).s);
	if (all_detached(v->relay))
		judge(&v->uplink, MARK_BAD,
		      _("the LAN's /64 is no longer attached to the instance"));
	else if (proof && !strncmp(proof, "pass", 4))
		judge(&v->uplink, v->access.mark == MARK_BAD ? MARK_UNKNOWN : MARK_GOOD,
		      _("the last proof passed%s"), age);
	else if (proof && !strncmp(proof, "fail", 4))
		judge(&v->uplink, MARK_BAD, _("the last proof failed%s; sixrelay verify says why"),
		      age);
	else
		judge(&v->uplink, MARK_UNKNOWN, _("not proven yet; sixrelay verify asks"));
}

static void judge_access(struct view *v)
{
	const char *nic = v->relay->nic.s;

	if (!v->nic)
		judge(&v->access, MARK_BAD, _("%s is not there"), nic);
	else if (!v->nic->up)
		judge(&v->access, MARK_BAD, _("%s is down"), nic);
	if (!v->route)
		judge(&v->access, MARK_BAD, _("the VPS has no IPv6 default route"));
	if (!*v->access.why)
		judge(&v->access, MARK_GOOD, _("%s is up, and the IPv6 default route is there"),
		      nic);
}

/* The first character of net.ipv6.conf.all.forwarding, '\0' when it isn't known. */
static char forwarding(const struct view *v)
{
	struct sysctl list[SYSCTL_COUNT];

	sysctl_list(v->relay, list);
	for (int i = 0; i < SYSCTL_COUNT; i++)
		if (strstr(list[i].path, "/all/forwarding"))
			return v->machine->sysctl[i];
	return '\0';
}

static void judge_tunnel_link(struct view *v, struct hop *hop)
{
	if (!v->wg)
		judge(hop, MARK_BAD, _("%s is not there"), v->relay->wg_interface.s);
	else if (!v->wg->up)
		judge(hop, MARK_BAD, _("%s is down"), v->relay->wg_interface.s);
}

static void judge_relaying(struct view *v)
{
	const struct machine *m = v->machine;
	const char *wg = v->relay->wg_interface.s;
	struct hop *hop = &v->relaying;

	if (!relay_site_count(v->relay)) {
		judge(hop, MARK_UNKNOWN, _("waiting for a /64"));
		return;
	}
	judge_tunnel_link(v, hop);
	if (v->wg && v->wg->up && !m->tunnel_up)
		judge(hop, MARK_BAD, _("%s lacks its address, or a LAN's route"), wg);
	if (!forwarding(v))
		judge(hop, MARK_UNKNOWN, _("IPv6 forwarding can't be read"));
	else if (forwarding(v) == '0')
		judge(hop, MARK_BAD, _("IPv6 forwarding is off"));
	if (!m->units_known)
		judge(hop, MARK_UNKNOWN, _("systemd doesn't tell how ndppd is"));
	else if (!unit_is_active(&m->ndppd))
		judge(hop, MARK_BAD, _("ndppd.service is %s: nobody answers for the LAN"),
		      m->ndppd.active_state);
	if (!*hop->why)
		judge(hop, MARK_GOOD, _("ndppd answers, forwarding is on, %s has the LAN's route"),
		      wg);
}

/* One that its file has, and somebody took out of the running tunnel, no apply puts back. */
static void judge_unknown_peer(const struct view *v, struct hop *hop)
{
	const char *wg = v->relay->wg_interface.s;

	if (v->plan->step_count)
		judge(hop, MARK_BAD, _("%s doesn't know the router: sixrelay apply"), wg);
	else
		judge(hop, MARK_BAD, _("%s doesn't know the router: systemctl reload wg-quick@%s"),
		      wg, wg);
}

static void judge_peer(struct view *v, struct site_view *s)
{
	int64_t age;

	if (!v->dump) {
		judge(&s->tunnel, MARK_UNKNOWN, _("wg doesn't tell"));
		return;
	}
	s->peer = wg_dump_peer(v->dump, &s->site->router_public_key);
	if (!s->peer) {
		judge_unknown_peer(v, &s->tunnel);
		return;
	}
	if (!s->peer->handshake) {
		judge(&s->tunnel, MARK_BAD,
		      _("no handshake yet: paste the script, sixrelay script, into the router"));
		return;
	}
	age = v->now - s->peer->handshake;
	s->has_age = age >= 0;
	s->age = age;
	judge(&s->tunnel,
	      age < 0			 ? MARK_UNKNOWN
	      : age < VIEW_HANDSHAKE_MAX ? MARK_GOOD
					 : MARK_BAD,
	      _("handshake %s"), age_words(age).s);
}

static void judge_site(struct view *v, struct site_view *s)
{
	switch (s->site->state) {
	case SITE_WAITING:
		judge(&s->tunnel, MARK_UNKNOWN, _("waiting for a /64"));
		judge(&s->lan, MARK_UNKNOWN, _("waiting for a /64"));
		return;
	case SITE_DETACHED:
		judge(&s->lan, MARK_BAD, _("%s is no longer attached to the instance"),
		      prefix_text(&s->site->prefix).s);
		break;
	case SITE_READY:
		judge(&s->lan, MARK_UNKNOWN, _("the VPS can't see it; sixrelay verify asks"));
		break;
	}
	judge_tunnel_link(v, &s->tunnel);
	if (!*s->tunnel.why)
		judge_peer(v, s);
}

void view_judge(struct view *v)
{
	v->site_count = v->relay->site_count;
	for (size_t i = 0; i < v->site_count; i++)
		v->sites[i].site = &v->relay->sites[i];
	if (!v->live)
		return;
	v->nic = inventory_link(v->inventory, v->relay->nic.s);
	v->wg = inventory_link(v->inventory, v->relay->wg_interface.s);
	v->route = inventory_default_route(v->inventory, v->relay->nic_index);
	if (v->route && !v->route->has_gateway)
		v->route = NULL;
	v->nic_ipv6 = v->nic ? inventory_global_ipv6(v->inventory, v->nic->index) : NULL;
	judge_access(v);
	judge_uplink(v);
	judge_relaying(v);
	for (size_t i = 0; i < v->site_count; i++)
		judge_site(v, &v->sites[i]);
}
