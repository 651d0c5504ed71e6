/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct relay;

/* /etc/wireguard/wg0.conf, for wg-quick(8). Pure. */

/* Lower than the 256 of a connected route and the 1024 of wg-quick's own: the tunnel's route wins
 * whatever stands on the public interface. */
#define WGQUICK_ROUTE_METRIC 50

/* What `wg show IFACE latest-handshakes` said when the interface was last taken down. */
#define WGQUICK_HANDSHAKES "/var/lib/sixrelay/handshakes"

/* What nobody may do: send through the relay, to a router or a LAN, with an address of the VPS's
 * own for the source. Linux forwards such a packet when it comes from outside, and the routers let
 * the VPS in. ip6tables(8)'s words, without the verb before them; apply/tunnel_guard.c takes the
 * rule away where the hooks were not there to do it. */
#define WGQUICK_GUARD "FORWARD -o %i -m addrtype --src-type LOCAL -j DROP"

void render_wgquick(const struct relay *relay, struct buf *out);

/* Whether two configurations differ in their peers at most: `wg syncconf`, which is what reloading
 * the unit does, is enough then. False when one of them is empty. */
bool wgquick_same_interface(const char *a, const char *b);
