/* SPDX-License-Identifier: MIT */
#include "render/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "relay/relay.h"
#include "render/ndppd.h"
#include "render/sshd.h"
#include "render/sysctl.h"
#include "render/wgquick.h"

const char *stage_name(enum stage stage)
{
	switch (stage) {
	case STAGE_FIREWALL:
		return "firewall";
	case STAGE_SYSCTL:
		return "sysctl";
	case STAGE_TUNNEL:
		return "tunnel";
	case STAGE_NDPPD:
		return "ndppd";
	case STAGE_SSHD:
		return "sshd";
	case STAGE_COUNT:
		break;
	}
	return "";
}

struct file_path file_wgquick(const struct link_name *wg_interface)
{
	struct file_path path;

	snprintf(path.s, sizeof(path.s), DIR_WIREGUARD "/%s.conf", wg_interface->s);
	return path;
}

struct file_path file_server_key(const char *suffix)
{
	struct file_path path;

	snprintf(path.s, sizeof(path.s), DIR_WIREGUARD "/server.%s", suffix);
	return path;
}

struct file_path file_site_key(const struct relay *relay, size_t site, const char *suffix)
{
	struct file_path path;

	if (site == 0)
		snprintf(path.s, sizeof(path.s), DIR_WIREGUARD "/mikrotik.%s", suffix);
	else
		snprintf(path.s, sizeof(path.s), DIR_WIREGUARD "/mikrotik-%s.%s",
			 relay->sites[site].name, suffix);
	return path;
}

/* Adds an empty file; a place to put the content that nobody looks at when memory is out. */
static struct buf *add(struct file_list *list, struct file_path path, mode_t mode, enum stage stage)
{
	static struct buf none = {.error = -ENOMEM};
	struct file_spec *spec = array_append(&list->specs, &list->count, sizeof(*spec));

	if (!spec) {
		list->error = -ENOMEM;
		return &none;
	}
	*spec = (struct file_spec){.mode = mode, .stage = stage, .secret = !(mode & 0077)};
	/* The text alone: behind it may be a part of a key, from the stack. */
	snprintf(spec->path.s, sizeof(spec->path.s), "%s", path.s);
	return &spec->content;
}

static struct file_path fixed(const char *text)
{
	struct file_path path;

	snprintf(path.s, sizeof(path.s), "%s", text);
	return path;
}

static void add_key(struct file_list *list, struct file_path path, mode_t mode,
		    const struct wg_key *key)
{
	struct wg_key_text text = wg_key_text(key);

	buf_addf(add(list, path, mode, STAGE_TUNNEL), "%s\n", text.s);
	wg_key_text_wipe(&text);
}

void render_files(const struct relay *relay, const struct file_choices *choices,
		  struct file_list *list)
{
	render_sysctl(relay, add(list, fixed(FILE_SYSCTL), 0644, STAGE_SYSCTL));
	add_key(list, file_server_key("key"), 0600, &relay->private_key);
	add_key(list, file_server_key("pub"), 0644, &relay->public_key);
	for (size_t i = 0; i < relay->site_count; i++) {
		const struct site *site = &relay->sites[i];

		if (!site->has_router_private_key || site->state == SITE_WAITING)
			continue;
		add_key(list, file_site_key(relay, i, "key"), 0600, &site->router_private_key);
		add_key(list, file_site_key(relay, i, "pub"), 0644, &site->router_public_key);
	}
	render_wgquick(relay, add(list, file_wgquick(&relay->wg_interface), 0600, STAGE_TUNNEL));
	render_ndppd(relay, add(list, fixed(FILE_NDPPD), 0644, STAGE_NDPPD));
	if (choices->ndppd_service)
		render_ndppd_service(relay, choices->bind_device,
				     add(list, fixed(FILE_NDPPD_SERVICE), 0644, STAGE_NDPPD));
	if (choices->sshd)
		render_sshd(choices->sshd_leave_root,
			    add(list, fixed(FILE_SSHD), 0644, STAGE_SSHD));
	for (size_t i = 0; i < list->count; i++)
		if (list->specs[i].content.error)
			list->error = list->specs[i].content.error;
}

const struct file_spec *file_list_find(const struct file_list *list, const char *path)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->specs[i].path.s, path))
			return &list->specs[i];
	return NULL;
}

void file_list_clear(struct file_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		buf_clear(&list->specs[i].content);
	free(list->specs);
	*list = FILE_LIST_INIT;
}
