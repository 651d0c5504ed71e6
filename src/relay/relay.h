/* SPDX-License-Identifier: MIT */
#pragma once

#include "net/inventory.h"
#include "relay/conf.h"

struct error;
struct instance;

/* The relay as it shall be: what the settings, the metadata and the kernel's tables come to. Every
 * value is typed and validated; the renderers take nothing else. */

enum site_state {
	SITE_READY,
	SITE_DETACHED, /* the /64 it had is gone from the metadata; kept as it was */
	SITE_WAITING,  /* no /64 yet */
};

struct site {
	char name[16];
	enum site_state state;
	enum site_source source;
	struct prefix prefix; /* unset when waiting */
	struct in6_addr router_transit;
	char lan_bridge[32], router_interface[16];
	bool allow_inbound, ra_mtu, mss_clamp;

	bool has_router_private_key; /* false: the router made its own */
	struct wg_key router_private_key, router_public_key;
};

struct relay {
	struct link_name nic;
	int nic_index;	   /* 0: unknown, below --root */
	bool has_endpoint; /* false: no public IPv4, so no router can reach it */
	struct in_addr endpoint;
	bool has_original;
	struct prefix original;
	bool ipv6_disabled;
	bool has_unusable; /* something is attached that is no /64 of its own: the first */
	struct prefix unusable;

	struct link_name wg_interface;
	uint16_t listen_port, mtu;
	struct prefix transit;
	struct in6_addr vps_transit;
	struct wg_key private_key, public_key;

	enum ndppd_rule ndppd_rule;
	bool manage_ufw, manage_sshd;

	size_t site_count;
	struct site sites[CONF_SITES_MAX];
};

/* The prefix that a site had at the last apply: it keeps it while it is attached, whatever the
 * order in the metadata. */
struct site_memory {
	char name[16];
	struct prefix prefix;
};

/* Makes the relay, all but the keys. memory may be NULL when count is 0. -EINVAL when settings and
 * machine contradict each other, -ENODEV when the interface isn't found. Pure. */
int relay_make(struct relay *relay, const struct conf *conf, const struct instance *instance,
	       const struct inventory *inventory, const struct site_memory *memory, size_t count,
	       struct error *err);

/* How many sites have a prefix, ready or detached. */
size_t relay_site_count(const struct relay *relay);

/* NULL when there is no such site. */
const struct site *relay_site(const struct relay *relay, const char *name);

/* Wipes the private keys. */
void relay_wipe(struct relay *relay);
