/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/link_name.h"

struct relay;

/* Every file that the relay consists of, with its content. Pure. */

#define FILE_SYSCTL "/etc/sysctl.d/99-wg-relay.conf"
#define FILE_NDPPD "/etc/ndppd.conf"
#define FILE_NDPPD_SERVICE "/etc/systemd/system/ndppd.service"
#define FILE_SSHD "/etc/ssh/sshd_config.d/00-hardening.conf"
#define DIR_WIREGUARD "/etc/wireguard"

/* The part of the machine that a file belongs to, in the order in which they are applied: the port
 * is open before the tunnel starts, and sshd comes last, when all else stands. */
enum stage {
	STAGE_FIREWALL,
	STAGE_SYSCTL,
	STAGE_TUNNEL,
	STAGE_NDPPD,
	STAGE_SSHD,
	STAGE_COUNT,
};

/* English and untranslated: for the state file and JSON. */
const char *stage_name(enum stage stage);

struct file_path {
	char s[64];
};

/* "/etc/wireguard/wg0.conf" */
struct file_path file_wgquick(const struct link_name *wg_interface);

/* "/etc/wireguard/server.key"; with site numbers, "mikrotik.key" for the first site and
 * "mikrotik-NAME.key" for the others. suffix is "key" or "pub". */
struct file_path file_server_key(const char *suffix);
struct file_path file_site_key(const struct relay *relay, size_t site, const char *suffix);

struct file_spec {
	struct file_path path;
	mode_t mode;
	enum stage stage;
	bool secret; /* holds a private key */
	struct buf content;
};

struct file_list {
	size_t count;
	struct file_spec *specs;
	int error; /* -ENOMEM, sticky */
};

#define FILE_LIST_INIT ((struct file_list){0})

/* What of the list depends on the machine. */
struct file_choices {
	bool ndppd_service; /* the distribution has no unit of its own */
	bool bind_device;
	bool sshd;	      /* the drop-in may be put in place */
	bool sshd_leave_root; /* and says nothing of root */
};

/* Makes the list, in the order of writing: keys before what holds their public halves. The keys of
 * the relay must be set. */
void render_files(const struct relay *relay, const struct file_choices *choices,
		  struct file_list *list);

/* NULL when the list has no such file. */
const struct file_spec *file_list_find(const struct file_list *list, const char *path);

void file_list_clear(struct file_list *list);
