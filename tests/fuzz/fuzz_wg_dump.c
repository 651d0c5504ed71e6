/* SPDX-License-Identifier: MIT */
/* `wg show IFACE dump`: the endpoints in it are anybody's. */
#include "apply/wg_dump.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "fuzz.h"
#include "prove/endpoint.h"

static void check_peer(const struct wg_dump *dump, const struct wg_peer *peer)
{
	struct prefix all = {.len = 0}, lan;
	struct in_addr endpoint;

	FUZZ_ASSERT(memchr(peer->endpoint, '\0', sizeof(peer->endpoint)));
	FUZZ_ASSERT(memchr(peer->allowed_ips, '\0', sizeof(peer->allowed_ips)));
	FUZZ_ASSERT(fuzz_is_shown(peer->endpoint));
	FUZZ_ASSERT(peer->handshake >= 0);
	FUZZ_ASSERT(wg_dump_peer(dump, &peer->public_key));
	FUZZ_ASSERT(prefix_parse(&lan, "2001:db8::/64"));
	/* What takes in everything takes in the LAN. */
	FUZZ_ASSERT(!wg_peer_allows(peer, &all) || wg_peer_allows(peer, &lan));
	FUZZ_ASSERT(!wg_peer_takes(peer, &lan) || wg_peer_takes(peer, &all));
	endpoint_parse(&endpoint, peer->endpoint);
}

static void print_peer(const struct wg_peer *peer, struct buf *out)
{
	buf_addf(out, "%s\t(none)\t%s\t%s\t%" PRId64 "\t%" PRIu64 "\t%" PRIu64 "\toff\n",
		 wg_key_text(&peer->public_key).s, peer->endpoint, peer->allowed_ips,
		 peer->handshake, peer->received, peer->sent);
}

/* What was read, written as wg does, is read as the same. */
static void check_round(const struct wg_dump *dump)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	struct wg_dump again;

	buf_addf(&text, "(hidden)\t%s\t%u\toff\n",
		 dump->has_key ? wg_key_text(&dump->public_key).s : "(none)",
		 (unsigned)dump->listen_port);
	for (size_t i = 0; i < dump->count; i++)
		print_peer(&dump->peers[i], &text);
	FUZZ_ASSERT(wg_dump_parse(&again, buf_str(&text), &err) == 0);
	FUZZ_ASSERT(again.has_key == dump->has_key && again.listen_port == dump->listen_port);
	FUZZ_ASSERT(again.count == dump->count);
	for (size_t i = 0; i < dump->count; i++) {
		const struct wg_peer *a = &dump->peers[i], *b = &again.peers[i];

		FUZZ_ASSERT(wg_key_equal(&a->public_key, &b->public_key));
		FUZZ_ASSERT(!strcmp(a->endpoint, b->endpoint));
		FUZZ_ASSERT(!strcmp(a->allowed_ips, b->allowed_ips));
		FUZZ_ASSERT(a->handshake == b->handshake && a->received == b->received &&
			    a->sent == b->sent);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);
	struct error err = ERROR_INIT;
	struct wg_dump dump;
	int r = wg_dump_parse(&dump, text, &err);

	if (r < 0) {
		fuzz_check_error(r, &err);
		return 0;
	}
	FUZZ_ASSERT(dump.count <= CONF_SITES_MAX);
	for (size_t i = 0; i < dump.count; i++)
		check_peer(&dump, &dump.peers[i]);
	check_round(&dump);
	return 0;
}
