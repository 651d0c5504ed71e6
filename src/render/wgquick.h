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

void render_wgquick(const struct relay *relay, struct buf *out);

/* Whether two configurations differ in their peers at most: `wg syncconf`, which is what reloading
 * the unit does, is enough then. False when one of them is empty. */
bool wgquick_same_interface(const char *a, const char *b);
