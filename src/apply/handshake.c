/* SPDX-License-Identifier: MIT */
#include "apply/handshake.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/state.h"
#include "apply/wg_dump.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "relay/relay.h"
#include "render/wgquick.h"

#define LAST_MAX (64 * 1024)

/* A handshake counts as received. Where the count can't be read, wg has to be asked. */
static bool may_have_received(int root, const char *interface)
{
	CLEANUP(buf_clear) struct buf count = BUF_INIT;
	char path[96];
	int r;

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/rx_bytes", interface);
	r = file_read(root, path, 32, &count, NULL, NULL);
	return r == 0 ? strcmp(buf_str(&count), "0\n") != 0 : r != -ENOENT;
}

bool handshake_is_known(const struct state *state, const struct site *site)
{
	const char *seen = state_site_text(state, site->name, "handshake");

	return seen && !strcmp(seen, wg_key_text(&site->router_public_key).s);
}

/* Lines of a key, a tab, and seconds since the epoch, 0 for never. */
static bool was_seen(const char *handshakes, const struct wg_key_text *key)
{
	const char *line = strstr(handshakes, key->s);

	return line && line[strlen(key->s)] == '\t' && line[strlen(key->s) + 1] != '0';
}

static bool is_seen(const struct wg_dump *dump, const struct site *site)
{
	const struct wg_peer *peer = wg_dump_peer(dump, &site->router_public_key);

	return peer && peer->handshake;
}

void handshake_remember(int root, const struct relay *relay, struct state *state)
{
	/* Before this run it may have had another name. */
	const char *name = state_text(state, "wg_interface");
	CLEANUP(buf_clear) struct buf last = BUF_INIT;
	struct wg_dump dump = {.count = 0};
	struct link_name interface;
	bool asked = false;

	for (size_t i = 0; i < relay->site_count; i++) {
		const struct site *site = &relay->sites[i];
		struct wg_key_text key = wg_key_text(&site->router_public_key);

		if (site->state == SITE_WAITING || handshake_is_known(state, site))
			continue;
		if (!asked) {
			file_read(root, WGQUICK_HANDSHAKES, LAST_MAX, &last, NULL, NULL);
			if (name && link_name_parse(&interface, name) &&
			    may_have_received(root, interface.s))
				wg_dump_read(&dump, interface.s, NULL);
		}
		asked = true;
		if (was_seen(buf_str(&last), &key) || is_seen(&dump, site))
			state_set_site_text(state, site->name, "handshake", key.s);
	}
}
