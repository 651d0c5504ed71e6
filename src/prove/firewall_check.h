/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct check;
struct firewall;
struct prefix;

/* Whether the firewall in force lets through what the relay needs. Pure. A firewall outside of the
 * machine can't be seen from here. in_ufw_files: UFW's files have the rules that it takes. */

/* UDP to the port, in on nic. Failed when it is dropped over IPv4, which is what homes use. */
void check_firewall_port(struct check *check, const struct firewall *fw, const char *nic,
			 uint16_t port, bool in_ufw_files);

/* New connections over IPv6, of devices at home and to them. lan may be NULL: not known. */
void check_firewall_forward(struct check *check, const struct firewall *fw, const char *nic,
			    const char *wg, const struct prefix *lan, bool in_ufw_files);
