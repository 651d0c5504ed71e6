/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "apply/machine.h"
#include "base/error.h"
#include "base/i18n.h"
#include "net/inventory.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/subject.h"
#include "relay/relay.h"

static void restart(struct check *check, const struct subject *s)
{
	check_advise(check, "systemctl restart %s; journalctl -u %s", s->machine->wg_unit,
		     s->machine->wg_unit);
}

/* What the running interface has that its file hasn't, or the reverse: false when nothing. */
static bool differs(struct check *check, const struct subject *s, const struct link *link)
{
	const struct relay *relay = s->relay;

	if (!s->dump.has_key || !wg_key_equal(&s->dump.public_key, &relay->public_key))
		check_fail(check, _("%s runs with another private key than server.key"),
			   relay->wg_interface.s);
	else if (s->dump.listen_port != relay->listen_port)
		check_fail(check, _("%s listens on UDP %u, not %u"), relay->wg_interface.s,
			   (unsigned)s->dump.listen_port, (unsigned)relay->listen_port);
	else if (link->mtu && link->mtu != relay->mtu)
		check_fail(check, _("%s has MTU %u, not %u"), relay->wg_interface.s, link->mtu,
			   (unsigned)relay->mtu);
	else
		return false;
	check_cause(check, _("it was changed by hand, or not restarted since its file changed"));
	restart(check, s);
	return true;
}

static void no_tunnel(struct check *check, const struct subject *s, bool down)
{
	check_fail(check, down ? _("%s is down") : _("there is no %s"), s->relay->wg_interface.s);
	if (!strcmp(s->machine->wg.file_state, "masked")) {
		check_cause(check, _("somebody masked %s"), s->machine->wg_unit);
		check_advise(check, "systemctl unmask %s; sixrelay apply", s->machine->wg_unit);
		return;
	}
	if (down)
		check_cause(check, _("taken down by hand"));
	else
		check_cause(check, _("%s is not running"), s->machine->wg_unit);
	restart(check, s);
}

/* "a,b" with a blank at each comma, where a line may be broken. */
struct list_text {
	char s[2 * sizeof(((struct wg_peer *)0)->allowed_ips)];
};

static struct list_text list_text(const char *list)
{
	struct list_text text = {""};
	size_t len = 0;

	for (; *list && len + 2 < sizeof(text.s); list++) {
		text.s[len++] = *list;
		if (*list == ',')
			text.s[len++] = ' ';
	}
	return text;
}

void check_tunnel(struct check *check, struct subject *s, const struct site *site)
{
	const struct relay *relay = s->relay;
	const char *name = relay->wg_interface.s;
	const struct link *link = inventory_link(s->inventory, name);

	(void)site;
	if (!link || !link->up) {
		no_tunnel(check, s, link);
		return;
	}
	if (!s->has_dump) {
		check_fail(check, "%s", s->dump_error.text);
		check_cause(check, _("%s is no WireGuard interface, or wg is not installed"), name);
		restart(check, s);
		return;
	}
	if (differs(check, s, link))
		return;
	if (!inventory_has_address(s->inventory, link->index, &relay->vps_transit)) {
		check_fail(check, _("%s lacks its transit address %s"), name,
			   ip_text(&relay->vps_transit).s);
		check_cause(check, _("removed by hand, or by a network manager"));
		restart(check, s);
		return;
	}
	if (s->machine->units_known && !unit_is_enabled(&s->machine->wg)) {
		check_fail(check, _("%s is up, but %s won't start at boot"), name,
			   s->machine->wg_unit);
		check_cause(check, _("somebody disabled it, or masked it"));
		check_advise(check, "systemctl unmask %s; sixrelay apply", s->machine->wg_unit);
		return;
	}
	check_pass(check, _("%s is up, %s, UDP %u, MTU %u"), name, ip_text(&relay->vps_transit).s,
		   (unsigned)relay->listen_port, (unsigned)relay->mtu);
}

static void no_peer(struct check *check, const struct subject *s, const struct site *site)
{
	check_fail(check, _("%s has no peer with the router's key %s"), s->relay->wg_interface.s,
		   wg_key_text(&site->router_public_key).s);
	check_cause(check,
		    s->dump.count ? _("the peer was replaced by hand, or %s was not "
				      "reloaded since its file changed")
				  : _("the peer was removed by hand, or %s was not "
				      "reloaded since its file changed"),
		    s->relay->wg_interface.s);
	check_advise(check, "systemctl reload %s", s->machine->wg_unit);
}

/* A peer of somebody else's that takes a part of the LAN. */
static const struct wg_peer *find_thief(const struct subject *s, const struct site *site)
{
	for (size_t i = 0; i < s->dump.count; i++) {
		const struct wg_peer *peer = &s->dump.peers[i];

		if (!wg_key_equal(&peer->public_key, &site->router_public_key) &&
		    wg_peer_takes(peer, &site->prefix))
			return peer;
	}
	return NULL;
}

void check_peer(struct check *check, struct subject *s, const struct site *site)
{
	const struct wg_peer *peer = wg_dump_peer(&s->dump, &site->router_public_key);
	struct prefix transit = prefix_of(&site->router_transit, 128);
	const struct wg_peer *thief = find_thief(s, site);
	const struct prefix *missing = NULL;

	if (!peer) {
		no_peer(check, s, site);
		return;
	}
	if (!wg_peer_allows(peer, &transit))
		missing = &transit;
	else if (!wg_peer_allows(peer, &site->prefix))
		missing = &site->prefix;
	if (!missing && thief) {
		check_fail(check, _("another peer, %s, has a part of %s: %s"),
			   wg_key_text(&thief->public_key).s, prefix_text(&site->prefix).s,
			   list_text(thief->allowed_ips).s);
		check_cause(check, _("somebody added it by hand: what it has doesn't reach the "
				     "router"));
		check_advise(check, "wg set %s peer %s remove", s->relay->wg_interface.s,
			     wg_key_text(&thief->public_key).s);
		return;
	}
	if (!missing) {
		check_pass(check, _("the router's key, AllowedIPs %s"),
			   list_text(peer->allowed_ips).s);
		return;
	}
	check_fail(check, _("AllowedIPs of the router's peer lack %s: %s"), prefix_text(missing).s,
		   list_text(peer->allowed_ips).s);
	check_cause(check, _("changed by hand, or another peer has taken it: an address belongs to "
			     "one peer alone"));
	check_advise(check, "systemctl reload %s", s->machine->wg_unit);
}
