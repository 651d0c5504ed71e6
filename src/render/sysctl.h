/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct buf;
struct relay;

/* /etc/sysctl.d/99-wg-relay.conf. Pure. */

#define SYSCTL_COUNT 4

struct sysctl {
	char path[64]; /* "/proc/sys/net/ipv6/conf/enp1s0/accept_ra" */
	char value;
	bool of_nic; /* a network manager may own it: see machine.h */
};

/* Our keys in the order in which they must be set: accept_ra before forwarding, since the kernel
 * drops its RA routes when forwarding goes on with accept_ra below 2 (ip-sysctl.rst). */
void sysctl_list(const struct relay *relay, struct sysctl list[static SYSCTL_COUNT]);

void render_sysctl(const struct relay *relay, struct buf *out);
