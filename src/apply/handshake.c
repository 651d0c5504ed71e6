/* SPDX-License-Identifier: MIT */
#include "apply/handshake.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "apply/state.h"
#include "apply/wg_dump.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "relay/relay.h"

/* A handshake counts as received. */
static bool has_received(int root, const char *interface)
{
	CLEANUP(buf_clear) struct buf count = BUF_INIT;
	char path[96];

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/rx_bytes", interface);
	return file_read(root, path, 32, &count, NULL, NULL) == 0 &&
	       strcmp(buf_str(&count), "0\n") != 0;
}

static bool is_known(const struct state *state, const struct site *site)
{
	const char *seen = state_site_text(state, site->name, "handshake");

	return seen && !strcmp(seen, wg_key_text(&site->router_public_key).s);
}

void handshake_remember(int root, const struct relay *relay, struct state *state)
{
	/* Before this run it may have had another name. */
	const char *name = state_text(state, "wg_interface");
	struct link_name interface;
	struct wg_dump dump;
	bool asked = false;

	if (!name || !link_name_parse(&interface, name) || !has_received(root, interface.s))
		return;
	for (size_t i = 0; i < relay->site_count; i++) {
		const struct site *site = &relay->sites[i];
		const struct wg_peer *peer;

		if (site->state == SITE_WAITING || is_known(state, site))
			continue;
		if (!asked && wg_dump_read(&dump, interface.s, NULL) < 0)
			return;
		asked = true;
		peer = wg_dump_peer(&dump, &site->router_public_key);
		if (peer && peer->handshake)
			state_set_site_text(state, site->name, "handshake",
					    wg_key_text(&site->router_public_key).s);
	}
}
