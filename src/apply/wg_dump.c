/* SPDX-License-Identifier: MIT */
#include "apply/wg_dump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/process.h"

#define WG_DEADLINE_MS 10000

/* public key, preshared key, endpoint, allowed IPs, latest handshake, received, sent, keepalive */
static bool parse_peer(struct wg_peer *peer, const char *line, size_t len)
{
	char text[4096], key[64];

	if (len >= sizeof(text))
		return false;
	memcpy(text, line, len);
	text[len] = '\0';
	return sscanf(text,
		      "%63[^\t]\t%*[^\t]\t%63[^\t]\t%*[^\t]\t%" SCNd64 "\t%" SCNu64 "\t%" SCNu64
		      "\t%*s",
		      key, peer->endpoint, &peer->handshake, &peer->received, &peer->sent) == 5 &&
	       wg_key_parse(&peer->public_key, key, strlen(key));
}

/* private key, public key, port, mark: nothing of it is kept */
static bool is_interface(const char *line, size_t len)
{
	size_t tabs = 0;

	for (size_t i = 0; i < len; i++)
		tabs += line[i] == '\t';
	return tabs == 3;
}

int wg_dump_parse(struct wg_dump *dump, const char *text, struct error *err)
{
	*dump = (struct wg_dump){0};
	for (size_t number = 1; *text || number == 1; number++) {
		size_t len = strcspn(text, "\n");
		bool ok = number == 1 ? is_interface(text, len)
				      : dump->count < CONF_SITES_MAX &&
						parse_peer(&dump->peers[dump->count], text, len);

		if (!ok)
			return error_set(err, -EBADMSG, "wg show: line %zu is not of a dump",
					 number);
		dump->count += number > 1;
		text += len;
		text += *text == '\n';
	}
	return 0;
}

int wg_dump_read(struct wg_dump *dump, const char *interface, struct error *err)
{
	const char *const argv[] = {"wg", "show", interface, "dump", NULL};
	CLEANUP(buf_clear) struct buf output = BUF_INIT;
	int status = process_run(
		&(struct process){
			.argv = argv, .input = -1, .extra = -1, .deadline_ms = WG_DEADLINE_MS},
		&output, err);

	if (status < 0)
		return error_wrap(err, status, "wg show");
	if (status > 0)
		return error_set(err, -EIO, "wg show %s: exit status %d", interface, status);
	return wg_dump_parse(dump, buf_str(&output), err);
}

const struct wg_peer *wg_dump_peer(const struct wg_dump *dump, const struct wg_key *public_key)
{
	for (size_t i = 0; i < dump->count; i++)
		if (wg_key_equal(&dump->peers[i].public_key, public_key))
			return &dump->peers[i];
	return NULL;
}
