/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "apply/logins.h"
#include "apply/ufw.h"
#include "apply/units.h"
#include "base/error.h"
#include "render/sysctl.h"

struct inventory;
struct relay;

/* What the plan has to know of the machine beside its files: gathered in one go, only read. */

#define UNIT_NAME_MAX 64

struct machine {
	bool live; /* false below --root: no unit, no kernel, no firewall */

	bool has_wg_quick, has_ndppd, has_ufw, has_sshd;
	bool ndppd_native;	    /* the distribution has its own ndppd.service */
	struct key_login key_login; /* whether somebody would still log in, with a key */
	bool hardening_present;	    /* the sshd drop-in stands already */
	bool sshd_includes;	    /* sshd_config takes its directory in */
	bool sshd_forbids_root;	    /* by its owner's own settings */

	bool units_known; /* false: units_error says why */
	struct error units_error;
	char wg_unit[UNIT_NAME_MAX];
	struct unit_status wg, ndppd, ssh, sshd; /* ssh.service (Debian), sshd.service */
	struct unit_status timer;		 /* sixrelay.timer */
	bool device_active;			 /* the interface has a device unit */

	bool ufw_enabled;
	bool ufw_no_ipv6; /* IPV6=no: it drops all of IPv6 while it is enabled */
	bool ufw_have[UFW_RULE_COUNT];

	char sysctl[SYSCTL_COUNT]; /* first character; '\0' when it can't be read */
	bool nic_managed;	   /* a network manager, not the kernel, takes the NIC's RAs */

	bool name_taken; /* an interface of the tunnel's name is there that is an Ethernet one */
	bool tunnel_up;	 /* wg0 is there, with its address and a route to each LAN */
};

/* Whether the kernel takes no RAs on the NIC, and yet there is no default route from elsewhere: at
 * boot, a network manager's may still be on its way. */
bool machine_awaits_route(int root, const struct relay *relay, const struct inventory *inventory);

/* What to ask systemd for, a NULL at the end: for units_open. */
extern const char *const machine_unit_patterns[];

/* units may be NULL: then units_error is left as the caller set it. */
int machine_gather(struct machine *machine, int root, bool live, const struct relay *relay,
		   const struct inventory *inventory, struct units *units, struct error *err);
