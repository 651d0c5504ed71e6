/* SPDX-License-Identifier: MIT */
#include "render/routeros.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "relay/relay.h"

#define TAG "comment=\"sixrelay\""
#define INPUT_COMMENT "comment=\"accept input from cloud peer (WG)\""
#define INBOUND_COMMENT "comment=\"sixrelay: accept inbound to LAN\""

void routeros_string(const char *text, struct buf *out)
{
	buf_adds(out, "\"");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < ' ' || c > '~')
			buf_addf(out, "\\%02X", c); /* upper-case hexadecimal only */
		else if (strchr("\"\\$", c))
			buf_addf(out, "\\%c", c);
		else
			buf_add(out, text, 1);
	}
	buf_adds(out, "\"");
}

/* What has to be there before the first change, each with what to do about it. */
static void add_preflight(const char *bridge, struct buf *out)
{
	buf_addf(
		out,
		":if ([/ipv6/settings/get disable-ipv6]) do={ :error \"sixrelay: IPv6 is disabled; "
		"run /ipv6/settings/set disable-ipv6=no and reboot\" }\n"
		":if ([:len [/interface/find where name=%s]] = 0) do={ :error \"sixrelay: no "
		"such bridge; set lan_bridge in the VPS's /etc/sixrelay.conf\" }\n"
		":if ([:len [/interface/wireguard/find where name=\"wg-cloud\" "
		"comment!=\"sixrelay\"]] > 0) do={ :error \"sixrelay: there is a wg-cloud that is "
		"not from sixrelay; rename it\" }\n",
		bridge);
}

static void add_interface(const struct relay *relay, const struct site *site, bool secret,
			  struct buf *out)
{
	struct wg_key_text key = {""};
	const char *option = "";

	if (secret && site->has_router_private_key) {
		key = wg_key_text(&site->router_private_key);
		option = " private-key=";
	}
	buf_addf(out,
		 ":if ([:len [/interface/wireguard/find where name=\"wg-cloud\"]] = 0) do={ "
		 "/interface/wireguard/add name=\"wg-cloud\" listen-port=13231 mtu=%u " TAG " }\n",
		 (unsigned)relay->mtu);
	buf_addf(out,
		 "/interface/wireguard/set [/interface/wireguard/find where name=\"wg-cloud\" " TAG
		 "] mtu=%u",
		 (unsigned)relay->mtu);
	if (*option)
		buf_addf(out, "%s\"%s\"", option, key.s);
	buf_adds(out, "\n");
	wg_key_text_wipe(&key);
}

static void add_peer(const struct relay *relay, struct buf *out)
{
	struct wg_key_text key = wg_key_text(&relay->public_key);
	struct ip_text endpoint = ip4_text(relay->endpoint);
	unsigned port = relay->listen_port;

	buf_addf(out,
		 ":if ([:len [/interface/wireguard/peers/find where " TAG "]] = 0) do={ "
		 "/interface/wireguard/peers/add interface=\"wg-cloud\" name=\"vultr\" "
		 "public-key=\"%s\" allowed-address=::/0 " TAG " }\n"
		 "/interface/wireguard/peers/set [/interface/wireguard/peers/find where " TAG "] "
		 "public-key=\"%s\" endpoint-address=%s endpoint-port=%u "
		 "persistent-keepalive=25s\n",
		 key.s, key.s, endpoint.s, port);
}

/* One address of ours on an interface. */
static void add_address(const char *interface, const struct ip_text *addr, const char *advertise,
			struct buf *out)
{
	buf_addf(out,
		 ":if ([:len [/ipv6/address/find where " TAG " interface=%s]] = 0) do={ "
		 "/ipv6/address/add address=%s/64 interface=%s advertise=%s " TAG " }\n"
		 "/ipv6/address/set [/ipv6/address/find where " TAG " interface=%s] "
		 "address=%s/64\n",
		 interface, addr->s, interface, advertise, interface, addr->s);
}

static void add_route(const struct relay *relay, struct buf *out)
{
	struct ip_text gateway = ip_text(&relay->vps_transit);

	buf_addf(out,
		 ":if ([:len [/ipv6/route/find where " TAG "]] = 0) do={ /ipv6/route/add "
		 "dst-address=::/0 gateway=%s%%wg-cloud check-gateway=ping " TAG " }\n"
		 "/ipv6/route/set [/ipv6/route/find where " TAG "] gateway=%s%%wg-cloud\n",
		 gateway.s, gateway.s);
}

/* A rule before its chain's drop of all that does not come from the LAN, which has the same comment
 * in both chains; at the end where there is none. place-before must never get an empty list. */
static void add_filter(const char *chain, const char *match, const char *comment, struct buf *out)
{
	buf_addf(out,
		 ":if ([:len [/ipv6/firewall/filter/find where %s]] = 0) do={ "
		 ":local drop [/ipv6/firewall/filter/find where chain=\"%s\" action=\"drop\" "
		 "in-interface-list=\"!LAN\" !dynamic]; "
		 ":if ([:len $drop] > 0) do={ /ipv6/firewall/filter/add chain=%s action=accept %s "
		 "%s place-before=($drop->0) } else={ /ipv6/firewall/filter/add chain=%s "
		 "action=accept %s %s } }\n"
		 "/ipv6/firewall/filter/set [/ipv6/firewall/filter/find where %s] %s\n",
		 comment, chain, chain, match, comment, chain, match, comment, comment, match);
}

static void add_firewall(const struct relay *relay, const struct site *site, struct buf *out)
{
	CLEANUP(buf_clear) struct buf match = BUF_INIT;

	buf_addf(&match, "in-interface=\"wg-cloud\" src-address=%s",
		 prefix_text(&relay->transit).s);
	add_filter("input", buf_str(&match), INPUT_COMMENT, out);
	if (!site->allow_inbound) {
		buf_adds(
			out,
			"/ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where " INBOUND_COMMENT
			"]\n");
		return;
	}
	buf_clear(&match);
	buf_addf(&match, "in-interface=\"wg-cloud\" dst-address=%s", prefix_text(&site->prefix).s);
	add_filter("forward", buf_str(&match), INBOUND_COMMENT, out);
}

/* The LAN is told the tunnel's MTU, so that large packets never have to be refused on the way. DNS
 * stays what the LAN has over IPv4. */
static void add_nd(const struct relay *relay, const char *bridge, struct buf *out)
{
	buf_addf(out,
		 ":if ([:len [/ipv6/nd/find where interface=%s]] = 0) do={ /ipv6/nd/add "
		 "interface=%s advertise-dns=no }\n"
		 "/ipv6/nd/set [/ipv6/nd/find where interface=%s] mtu=%u\n",
		 bridge, bridge, bridge, (unsigned)relay->mtu);
}

void render_routeros(const struct relay *relay, const struct site *site, bool secret,
		     struct buf *out)
{
	struct in6_addr lan = prefix_host(&site->prefix, 1);
	struct ip_text lan_text = ip_text(&lan), transit = ip_text(&site->router_transit);
	CLEANUP(buf_clear) struct buf bridge = BUF_INIT;

	routeros_string(site->lan_bridge, &bridge);
	buf_addf(out,
		 "# sixrelay: IPv6 over WireGuard, site %s. RouterOS 7.15 or later.\n"
		 "# Paste all of it into a terminal of the router, or upload it as a file and\n"
		 "# /import it. It may be run again.\n",
		 site->name);
	buf_adds(out, "{\n");
	add_preflight(buf_str(&bridge), out);
	add_interface(relay, site, secret, out);
	add_peer(relay, out);
	add_address("\"wg-cloud\"", &transit, "no", out);
	add_address(buf_str(&bridge), &lan_text, "yes", out);
	add_route(relay, out);
	add_firewall(relay, site, out);
	add_nd(relay, buf_str(&bridge), out);
	if (!secret || !site->has_router_private_key)
		buf_adds(out, ":put (\"sixrelay: the VPS must know this router's key: "
			      "router_public_key = \" . [/interface/wireguard/get "
			      "[/interface/wireguard/find where name=\"wg-cloud\"] public-key])\n");
	buf_addf(out, ":put \"sixrelay: done; try /ping %s\"\n}\n", ip_text(&relay->vps_transit).s);
	if (bridge.error)
		out->error = bridge.error;
}
