/* SPDX-License-Identifier: MIT */
#include "apply/wg_dump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/process.h"

#define WG_DEADLINE_MS 10000

#define FIELDS_MAX 8

/* Splits a line at its tabs, in place. Returns how many fields there are; more than there is room
 * for are not counted further. */
static size_t split(char *line, char *fields[static FIELDS_MAX + 1])
{
	size_t count = 0;
	char *field;

	while (count <= FIELDS_MAX && (field = strsep(&line, "\t")))
		fields[count++] = field;
	return count;
}

static bool parse_number(uint64_t *number, const char *text)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

static bool parse_key(struct wg_key *key, const char *text)
{
	return wg_key_parse(key, text, strlen(text));
}

/* People get to see it. */
static bool is_shown(const char *text)
{
	while (*text > ' ' && *text <= '~')
		text++;
	return !*text;
}

/* What doesn't fit is cut, at a comma. */
static void copy_list(char *out, size_t size, const char *list)
{
	size_t len = strlen(list);

	if (len >= size)
		for (len = size - 1; len && list[len] != ',';)
			len--;
	memcpy(out, list, len);
	out[len] = '\0';
}

/* public key, preshared key, endpoint, allowed IPs, latest handshake, received, sent, keepalive */
static bool parse_peer(struct wg_peer *peer, char *const fields[static FIELDS_MAX])
{
	uint64_t handshake;

	if (!parse_key(&peer->public_key, fields[0]) || !is_shown(fields[2]) ||
	    !parse_number(&handshake, fields[4]) || handshake > INT64_MAX ||
	    !parse_number(&peer->received, fields[5]) || !parse_number(&peer->sent, fields[6]))
		return false;
	peer->handshake = (int64_t)handshake;
	copy_list(peer->endpoint, sizeof(peer->endpoint), fields[2]);
	copy_list(peer->allowed_ips, sizeof(peer->allowed_ips), fields[3]);
	return true;
}

/* private key, which is not kept, public key, port, mark */
static bool parse_interface(struct wg_dump *dump, char *const fields[static FIELDS_MAX])
{
	uint64_t port;

	dump->has_key = parse_key(&dump->public_key, fields[1]);
	if (!parse_number(&port, fields[2]) || port > UINT16_MAX)
		return false;
	dump->listen_port = (uint16_t)port;
	return true;
}

/* Takes the line apart in a copy, which is wiped: it may hold a private key. */
static bool parse_line(struct wg_dump *dump, bool first, const char *line, size_t len)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	char *fields[FIELDS_MAX + 1];
	struct wg_peer peer;
	size_t count;

	buf_add(&text, line, len);
	if (text.error || !text.data)
		return false;
	count = split(text.data, fields);
	if (first)
		return count == 4 && parse_interface(dump, fields);
	if (count != FIELDS_MAX || !parse_peer(&peer, fields))
		return false;
	/* There are never more of ours; somebody else's beyond that don't matter. */
	if (dump->count < CONF_SITES_MAX)
		dump->peers[dump->count++] = peer;
	return true;
}

int wg_dump_parse(struct wg_dump *dump, const char *text, struct error *err)
{
	*dump = (struct wg_dump){0};
	for (size_t number = 1; *text || number == 1; number++) {
		size_t len = strcspn(text, "\n");

		if (!parse_line(dump, number == 1, text, len))
			return error_set(err, -EBADMSG, "wg show: line %zu is not of a dump",
					 number);
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

/* The next prefix of a list, *entry being moved behind it; what is none is passed over. */
static bool next_allowed(struct prefix *allowed, const char **entry)
{
	char text[sizeof(struct ip_text)];

	while (**entry) {
		size_t len = strcspn(*entry, ",");
		bool fits = len < sizeof(text);

		if (fits) {
			memcpy(text, *entry, len);
			text[len] = '\0';
		}
		*entry += len;
		*entry += **entry == ',';
		if (fits && prefix_parse(allowed, text))
			return true;
	}
	return false;
}

bool wg_peer_allows(const struct wg_peer *peer, const struct prefix *prefix)
{
	const char *entry = peer->allowed_ips;
	struct prefix allowed;

	while (next_allowed(&allowed, &entry))
		if (allowed.len <= prefix->len && prefix_contains(&allowed, &prefix->addr))
			return true;
	return false;
}

bool wg_peer_takes(const struct wg_peer *peer, const struct prefix *prefix)
{
	const char *entry = peer->allowed_ips;
	struct prefix allowed;

	while (next_allowed(&allowed, &entry))
		if (allowed.len >= prefix->len && prefix_contains(prefix, &allowed.addr))
			return true;
	return false;
}
