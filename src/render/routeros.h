/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct buf;
struct conf_site;
struct prefix;
struct relay;
struct site;

/* The scripts for a site's router, RouterOS 7.15 or later: one to set it up, and to bring it to
 * another state at any later time, and one to take all of that back. They are routeros.rsc and
 * routeros-revert.rsc, filled in. Pure. Printable ASCII, no TAB (a terminal completes on it). */

/* Without secret, or when the router made its own key, there is no private key in it: the key that
 * is on the router stays. The site has a prefix. */
void render_routeros(const struct relay *relay, const struct site *site, bool secret,
		     struct buf *out);

/* The site's lan_bridge is where to look when the router no longer shows where the LAN was. */
void render_routeros_revert(const struct conf_site *site, struct buf *out);

/* Appends text as a RouterOS string, quotes included: " \ $ and what is not printable ASCII are
 * escaped. */
void routeros_string(const char *text, struct buf *out);

/* Appends a regular expression (POSIX, extended) that matches an address and its length, such as
 * 2001:db8::1/64 in the text of RFC 5952, exactly when the address is in the /64. */
void routeros_prefix_pattern(const struct prefix *prefix, struct buf *out);
