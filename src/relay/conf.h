/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/link_name.h"
#include "base/wg_key.h"

struct error;

/* The user's settings, /etc/sixrelay.conf: typed, validated, with every default filled in. */

#define CONF_PATH "/etc/sixrelay.conf"
#define CONF_SITES_MAX 64
#define CONF_CONSOLES_MAX 4
#define CONF_CONSOLE_SIZE 64
#define CONF_NAME_SIZE 16
#define CONF_PROOF_HOSTS_MAX 4
/* The tunnel's name on a router. */
#define CONF_ROUTER_INTERFACE "wg-cloud"

enum ndppd_rule {
	NDPPD_STATIC, /* answer for every address of the prefix: the one that works today */
	NDPPD_AUTO,   /* ask on the tunnel first; ndppd 0.2.5 never gets an answer there */
};

enum announce_secret {
	ANNOUNCE_UNTIL_HANDSHAKE,
	ANNOUNCE_ALWAYS,
	ANNOUNCE_NEVER,
};

enum site_source {
	SITE_RESERVED, /* the next free reserved /64 */
	SITE_ORIGINAL, /* the instance's own /64, shared */
	SITE_EXPLICIT, /* conf_site.prefix */
};

struct conf_site {
	char name[CONF_NAME_SIZE];
	enum site_source source;
	struct prefix prefix;
	bool has_router_public_key;
	struct wg_key router_public_key;
	char lan_bridge[32];
	char router_interface[CONF_NAME_SIZE];
	bool allow_inbound;
	bool ra_mtu;	/* the LAN is told the tunnel's MTU */
	bool mss_clamp; /* TCP through the tunnel is told it */
};

struct conf {
	bool has_nic;
	struct link_name nic;
	struct link_name wg_interface;
	uint16_t listen_port;
	uint16_t mtu;
	struct prefix transit;
	bool has_ndppd_rule; /* false: the default, and the agent may find a better one */
	enum ndppd_rule ndppd_rule;
	bool manage_ufw, manage_sshd;
	size_t console_count;
	char consoles[CONF_CONSOLES_MAX][CONF_CONSOLE_SIZE];
	enum announce_secret announce_secret;
	size_t proof_host_count;
	struct in6_addr proof_hosts[CONF_PROOF_HOSTS_MAX]; /* asked when the gateway is silent */

	size_t site_count; /* never 0: without a section there is the site "home" */
	struct conf_site sites[CONF_SITES_MAX];
};

/* Parses the text of a settings file; name is the file's, for errors, which say
 * "name:line: key: what is wrong and what is allowed". -EINVAL then, and *conf is untouched.
 * Empty text gives the defaults. Pure. */
int conf_parse(struct conf *conf, const char *name, const char *text, size_t len,
	       struct error *err);
