/* SPDX-License-Identifier: MIT */
#include "render/routeros.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "relay/relay.h"
#include "render/template.h"

static const char *const script_lines[] = {
#include "render/routeros.rsc.inc"
};

static const char *const revert_lines[] = {
#include "render/routeros-revert.rsc.inc"
};

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

/* RFC 5952 shortens the longest run of zero groups, the first of several, if it has two or more. An
 * address of the prefix so has its first four groups in full, or the run begins in the last of them
 * (no more than four groups can follow then), or is one inside the prefix. */
void routeros_prefix_pattern(const struct prefix *prefix, struct buf *out)
{
	unsigned group[4] = {0};
	int zeros = 0; /* groups at the prefix's end */

	for (int i = 0; i < 4; i++)
		group[i] = (unsigned)(prefix->addr.s6_addr[2 * i] << 8 |
				      prefix->addr.s6_addr[2 * i + 1]);
	while (zeros < 3 && !group[3 - zeros])
		zeros++;
	buf_addf(out, "^(%x:%x:%x:%x:", group[0], group[1], group[2], group[3]);
	if (zeros > 0) {
		buf_adds(out, "|");
		for (int i = 0; i < 4 - zeros; i++)
			buf_addf(out, i ? ":%x" : "%x", group[i]);
		buf_adds(out, "::(([0-9a-f]+:){0,3}[0-9a-f]+)?/");
	} else if (!group[1] && !group[2]) {
		buf_addf(out, "|%x::%x:([0-9a-f]+:){3}[0-9a-f]+/", group[0], group[3]);
	}
	buf_adds(out, ")");
}

/* What a router shows of a site. The first one has the names that everybody knows; one that was
 * given an interface of its own, because the router has another site, is told from it by that. */
struct names {
	bool own;
	char tag[32], peer[32], snapshot[32];
};

static struct names make_names(const char *interface)
{
	struct names names = {.own = strcmp(interface, CONF_ROUTER_INTERFACE) != 0};

	snprintf(names.tag, sizeof(names.tag), names.own ? "sixrelay %s" : "sixrelay", interface);
	snprintf(names.peer, sizeof(names.peer), names.own ? "vultr-%s" : "vultr", interface);
	snprintf(names.snapshot, sizeof(names.snapshot), "before-ipv6-%s",
		 names.own ? interface : "wg");
	return names;
}

void render_routeros(const struct relay *relay, const struct site *site, bool secret,
		     struct buf *out)
{
	const struct template template = {script_lines, ARRAY_SIZE(script_lines)};
	struct in6_addr lan_address = prefix_host(&site->prefix, 1);
	struct ip_text lan = ip_text(&lan_address), lan_prefix = prefix_text(&site->prefix);
	struct ip_text vps = ip_text(&relay->vps_transit), router = ip_text(&site->router_transit);
	struct ip_text endpoint = ip4_text(relay->endpoint);
	struct wg_key_text vps_key = wg_key_text(&relay->public_key);
	struct wg_key_text router_key = wg_key_text(&site->router_public_key);
	struct wg_key_text private_key = {""};
	CLEANUP(buf_clear) struct buf bridge = BUF_INIT, lan_pattern = BUF_INIT;
	struct names names = make_names(site->router_interface);
	char mtu[8], port[8];

	secret = secret && site->has_router_private_key;
	if (secret)
		private_key = wg_key_text(&site->router_private_key);
	routeros_string(site->lan_bridge, &bridge);
	routeros_prefix_pattern(&site->prefix, &lan_pattern);
	snprintf(mtu, sizeof(mtu), "%u", (unsigned)relay->mtu);
	snprintf(port, sizeof(port), "%u", (unsigned)relay->listen_port);
	const struct template_value values[] = {
		{"bridge", buf_str(&bridge)},
		{"endpoint", endpoint.s},
		{"inbound", site->allow_inbound ? "open" : "closed"},
		{"lan", lan.s},
		{"lan_pattern", buf_str(&lan_pattern)},
		{"lan_prefix", lan_prefix.s},
		{"mtu", mtu},
		{"peer", names.peer},
		{"port", port},
		{"private_key", private_key.s},
		{"router", router.s},
		{"router_key", router_key.s},
		{"site", site->name},
		{"snapshot", names.snapshot},
		{"tag", names.tag},
		{"vps", vps.s},
		{"vps_key", vps_key.s},
		{"wg", site->router_interface},
		{0},
	};
	const struct template_flag flags[] = {
		{"clamp", site->mss_clamp}, {"inbound", site->allow_inbound},
		{"own", names.own},	    {"ra_mtu", site->ra_mtu},
		{"secret", secret},	    {0},
	};

	template_fill(&template, values, flags, out);
	wg_key_text_wipe(&private_key);
	if (bridge.error || lan_pattern.error)
		out->error = -ENOMEM;
}

void render_routeros_revert(const struct conf_site *site, struct buf *out)
{
	const struct template template = {revert_lines, ARRAY_SIZE(revert_lines)};
	CLEANUP(buf_clear) struct buf bridge = BUF_INIT;
	struct names names = make_names(site->router_interface);

	routeros_string(site->lan_bridge, &bridge);
	const struct template_value values[] = {
		{"bridge", buf_str(&bridge)},	{"site", site->name},
		{"snapshot", names.snapshot},	{"tag", names.tag},
		{"wg", site->router_interface}, {0},
	};
	const struct template_flag flags[] = {{"own", names.own}, {0}};

	template_fill(&template, values, flags, out);
	if (bridge.error)
		out->error = bridge.error;
}
