/* SPDX-License-Identifier: MIT */
#include "render/wgquick.h"

#include <string.h>

#include "base/buf.h"
#include "relay/relay.h"

static void add_interface(const struct relay *relay, struct buf *out)
{
	struct wg_key_text key = wg_key_text(&relay->private_key);

	buf_addf(out,
		 "[Interface]\n"
		 "Address = %s/%u\n"
		 "ListenPort = %u\n"
		 "PrivateKey = %s\n"
		 "MTU = %u\n"
		 "Table = off\n",
		 ip_text(&relay->vps_transit).s, (unsigned)relay->transit.len,
		 (unsigned)relay->listen_port, key.s, (unsigned)relay->mtu);
	wg_key_text_wipe(&key);
	/* Else a reboot soon after the first handshake would show the router's key once more. */
	buf_adds(out, "PreDown = wg show %i latest-handshakes >" WGQUICK_HANDSHAKES " || true\n");
	buf_adds(out, "PreDown = ip6tables -w 5 -D " WGQUICK_GUARD " || true\n");
	for (size_t i = 0; i < relay->site_count; i++)
		if (relay->sites[i].state != SITE_WAITING)
			buf_addf(out, "PostUp = ip -6 route replace %s dev %%i metric %d\n",
				 prefix_text(&relay->sites[i].prefix).s, WGQUICK_ROUTE_METRIC);
	/* The last one: a hook that failed behind it would leave it there. */
	buf_adds(out, "PostUp = ip6tables -w 5 -C " WGQUICK_GUARD
		      " 2>/dev/null || ip6tables -w 5 -I " WGQUICK_GUARD " || true\n");
}

static void add_peer(const struct site *site, struct buf *out)
{
	buf_addf(out,
		 "\n"
		 "[Peer]\n"
		 "# site %s\n"
		 "PublicKey = %s\n"
		 "AllowedIPs = %s/128, %s\n",
		 site->name, wg_key_text(&site->router_public_key).s,
		 ip_text(&site->router_transit).s, prefix_text(&site->prefix).s);
}

void render_wgquick(const struct relay *relay, struct buf *out)
{
	buf_adds(out,
		 "# Written by sixrelay. Table = off and the routes' metric: a connected route of\n"
		 "# the same /64 may stand on the public interface, and must lose.\n");
	add_interface(relay, out);
	for (size_t i = 0; i < relay->site_count; i++)
		if (relay->sites[i].state != SITE_WAITING)
			add_peer(&relay->sites[i], out);
}

bool wgquick_same_interface(const char *a, const char *b)
{
	const char *a_end = strstr(a, "\n[Peer]"), *b_end = strstr(b, "\n[Peer]");
	size_t a_len = a_end ? (size_t)(a_end - a) : strlen(a);
	size_t b_len = b_end ? (size_t)(b_end - b) : strlen(b);

	return a_len && a_len == b_len && !memcmp(a, b, a_len);
}
