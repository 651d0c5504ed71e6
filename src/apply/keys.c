/* SPDX-License-Identifier: MIT */
#include "apply/keys.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_link.h"
#include "base/i18n.h"
#include "relay/relay.h"
#include "render/files.h"

#define KEY_FILE_MAX 4096

/* 1 when a key is there, 0 when there is no file, or no key in it. */
static int key_read(int root, const char *path, struct wg_key *key, struct error *err)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	int r = file_read(root, path, KEY_FILE_MAX, &text, NULL, err);
	size_t len;

	if (r == -ENOENT)
		return file_check_absent(root, path, err);
	if (r < 0)
		return r;
	len = text.len;
	while (len && strchr("\n\r \t", text.data[len - 1]))
		len--;
	return wg_key_parse(key, buf_str(&text), len) ? 1 : 0;
}

static int key_load(int root, const char *path, struct wg_key *key, bool *fresh, struct error *err)
{
	int r = key_read(root, path, key, err);

	if (r < 0)
		return error_wrap(err, r, _("wireguard key"));
	if (r > 0)
		return 0;
	*key = wg_key_generate();
	*fresh = true;
	return 0;
}

/* WireGuard makes one peer of two with one key, which gets the other's addresses taken away, and
 * none of one with its own. */
static int check_distinct(const struct relay *relay, struct error *err)
{
	for (size_t i = 0; i < relay->site_count; i++) {
		const struct site *a = &relay->sites[i];

		if (a->state == SITE_WAITING)
			continue;
		if (wg_key_equal(&a->router_public_key, &relay->public_key))
			return error_set(err, -EINVAL,
					 _("[site %s]: its router has the VPS's own key"), a->name);
		for (size_t j = 0; j < i; j++)
			if (relay->sites[j].state != SITE_WAITING &&
			    wg_key_equal(&a->router_public_key, &relay->sites[j].router_public_key))
				return error_set(err, -EINVAL,
						 _("[site %s] and [site %s]: their routers have "
						   "the same key"),
						 relay->sites[j].name, a->name);
	}
	return 0;
}

static bool key_is_stored(int root, const char *path, const struct wg_key *key)
{
	CLEANUP(wg_key_wipe) struct wg_key there = {0};

	return key_read(root, path, &there, NULL) > 0 && wg_key_equal(&there, key);
}

bool keys_are_stored(int root, const struct relay *relay, size_t index)
{
	const struct site *site = &relay->sites[index];

	return key_is_stored(root, file_server_key("key").s, &relay->private_key) &&
	       (!site->has_router_private_key ||
		key_is_stored(root, file_site_key(relay, index, "key").s,
			      &site->router_private_key));
}

int keys_load(int root, struct relay *relay, bool *fresh, struct error *err)
{
	int r;

	*fresh = false;
	r = key_load(root, file_server_key("key").s, &relay->private_key, fresh, err);
	if (r < 0)
		return r;
	relay->public_key = wg_key_public(&relay->private_key);
	for (size_t i = 0; i < relay->site_count; i++) {
		struct site *site = &relay->sites[i];

		if (!site->has_router_private_key || site->state == SITE_WAITING)
			continue;
		r = key_load(root, file_site_key(relay, i, "key").s, &site->router_private_key,
			     fresh, err);
		if (r < 0)
			return r;
		site->router_public_key = wg_key_public(&site->router_private_key);
	}
	return check_distinct(relay, err);
}
