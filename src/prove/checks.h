/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

struct check;
struct site;
struct subject;

/* The checks, in the order in which a packet meets what they are about. Each looks for itself, says
 * what it saw in *check, and changes nothing on the machine. Those of a site get it. */

typedef void check_fn(struct check *check, struct subject *s, const struct site *site);

check_fn check_metadata; /* the service answers, and speaks of the instance of the last apply */
check_fn check_clock;
check_fn check_files;
check_fn check_prefix; /* of the site: still attached */
check_fn check_nic;
check_fn check_default_route;
check_fn check_ipv4;
check_fn check_forwarding;
check_fn check_port;
check_fn check_icmpv6;
check_fn check_forward;
check_fn check_tunnel;
check_fn check_peer;
check_fn check_handshake;
check_fn check_route;
check_fn check_ndppd;
check_fn check_upstream;
check_fn check_transit;
check_fn check_lan;
check_fn check_mtu;
check_fn check_sshd;
