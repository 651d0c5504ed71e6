/* SPDX-License-Identifier: MIT */
#include "prove/inside.h"

#include "base/error.h"
#include "base/i18n.h"
#include "net/inventory.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/path_mtu.h"
#include "prove/ping.h"
#include "prove/subject.h"
#include "relay/relay.h"

/* A home by satellite is far away, and a full line answers late; a packet may be lost anywhere. */
#define REPLY_MS 4000
#define REQUESTS 6
#define MTU_MS 2500

static struct ping_ask ask_of(const struct subject *s, const struct in6_addr *to,
			      const struct in6_addr *from)
{
	return (struct ping_ask){
		.dst = *to,
		.has_src = true,
		.src = *from,
		.device = s->relay->wg_interface,
		.timeout_ms = REPLY_MS,
		.requests = REQUESTS,
	};
}

static bool answers(const struct ping_ask *ask, struct ping *ping)
{
	return ping_send(ask, ping, NULL) == 0 && ping->result == PING_REPLY;
}

bool transit_answers(const struct subject *s, const struct site *site, struct ping *ping)
{
	struct ping_ask ask = ask_of(s, &site->router_transit, &s->relay->vps_transit);

	return answers(&ask, ping);
}

void check_transit(struct check *check, struct subject *s, const struct site *site)
{
	struct ping ping = {0};

	if (transit_answers(s, site, &ping)) {
		check_pass(check, _("%s answers after %.1f ms"), ip_text(&site->router_transit).s,
			   (double)ping.rtt_us / 1000);
		return;
	}
	check_fail(check, _("%s doesn't answer, though the tunnel is alive"),
		   ip_text(&site->router_transit).s);
	check_cause(check,
		    _("the router lacks that address on %s, or its firewall drops what "
		      "comes from the VPS"),
		    site->router_interface);
	check_advise(check, _("paste the script of now into the router: sixrelay script --site %s"),
		     site->name);
}

/* The VPS's own, which for the router is one of the internet's; none where that is in the LAN's
 * prefix, and the router would look for it on the LAN. */
static const struct in6_addr *public_source(const struct subject *s, const struct site *site)
{
	const struct address *own = inventory_global_ipv6(s->inventory, s->relay->nic_index);

	return own && !prefix_contains(&site->prefix, &own->ipv6) ? &own->ipv6 : NULL;
}

static void one_source_only(struct check *check, const struct site *site)
{
	check_fail(check, _("the router answers the VPS, but nobody with a public address"));
	check_cause(check,
		    _("its peer's allowed-address lacks ::/0, or its IPv6 default route "
		      "isn't through %s"),
		    site->router_interface);
	check_advise(check,
		     _("paste the script of now into the router: sixrelay script --site "
		       "%s; on it: /ipv6/route/print, /interface/wireguard/peers/print"),
		     site->name);
}

void check_lan(struct check *check, struct subject *s, const struct site *site)
{
	struct in6_addr gateway = prefix_host(&site->prefix, 1);
	const struct in6_addr *public = public_source(s, site);
	struct ping_ask ask = ask_of(s, &gateway, public ? public : &s->relay->vps_transit);
	struct ping ping = {0};

	if (answers(&ask, &ping)) {
		check_pass(check,
			   public ? _("%s answers after %.1f ms")
				  : _("%s answers after %.1f ms; from a public address it can't be "
				      "asked, the VPS's own being of the same /64"),
			   ip_text(&gateway).s, (double)ping.rtt_us / 1000);
		return;
	}
	ask.src = s->relay->vps_transit;
	if (public && answers(&ask, &ping)) {
		one_source_only(check, site);
		return;
	}
	check_fail(check, _("the router's LAN address %s doesn't answer"), ip_text(&gateway).s);
	check_cause(check,
		    _("it isn't on the bridge %s, which may be down or have another name; "
		      "or the router's firewall drops pings"),
		    site->lan_bridge);
	check_advise(check,
		     _("on the router: /ipv6/address/print; then paste the script of now: "
		       "sixrelay script --site %s"),
		     site->name);
}

/* The smallest Ethernet payload of a WireGuard packet over IPv4 with that much in it. */
#define OUTER(mtu) ((mtu) + 60u)

static void black_hole(struct check *check, const struct subject *s, unsigned passes)
{
	const struct link *nic = inventory_link(s->inventory, s->relay->nic.s);

	if (passes) {
		check_fail(check,
			   _("packets of more than %u bytes vanish, though the tunnel takes "
			     "%u"),
			   passes, (unsigned)s->relay->mtu);
		check_advise(check,
			     _("mtu = %u below [relay] in %s; sixrelay apply; and the new "
			       "script into the router"),
			     passes, CONF_PATH);
	} else {
		check_fail(check, _("not even packets of %u bytes come through the tunnel"),
			   PATH_MTU_MIN);
		check_advise(check,
			     _("look for what is between the VPS and the router: IPv6 needs "
			       "%u bytes, and WireGuard 60 more"),
			     PATH_MTU_MIN);
	}
	if (nic && nic->mtu && nic->mtu < OUTER(s->relay->mtu))
		check_cause(check, _("%s itself takes %u bytes only, and the tunnel needs %u"),
			    nic->name.s, nic->mtu, OUTER(s->relay->mtu));
	else
		check_cause(check, _("an MTU black hole: a link on the way carries less (PPPoE, "
				     "LTE, DS-Lite) and says so to nobody; big pages stall"));
}

/* Where not all passes it is tried once more: the biggest packet may just have been lost. */
void check_mtu(struct check *check, struct subject *s, const struct site *site)
{
	struct ping_ask ask = ask_of(s, &site->router_transit, &s->relay->vps_transit);
	struct error err = ERROR_INIT;
	bool answered = false;
	unsigned passes = 0;

	ask.timeout_ms = MTU_MS;
	for (int i = 0; i < 2 && passes < s->relay->mtu; i++) {
		struct path_mtu found;

		if (path_mtu_find(&ask, s->relay->mtu, &found, &err) < 0) {
			check_skip(check, "%s", err.text);
			return;
		}
		answered |= found.answered;
		if (found.mtu > passes)
			passes = found.mtu;
	}
	if (!answered)
		check_skip(check, _("no ping was answered"));
	else if (passes >= s->relay->mtu)
		check_pass(check, _("packets of %u bytes pass both ways"), passes);
	else
		black_hole(check, s, passes);
}
