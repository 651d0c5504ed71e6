/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/link_name.h"

struct error;

/* UFW: what its rule files say, and the rules that the relay needs. Presence is read from the
 * files; the program is run for what is missing alone. UFW is never enabled or disabled. */

#define UFW_RULES "/etc/ufw/user.rules"
#define UFW_RULES6 "/etc/ufw/user6.rules"
#define UFW_CONF "/etc/ufw/ufw.conf"
#define UFW_DEFAULTS "/etc/default/ufw"

enum ufw_rule {
	UFW_LISTEN_PORT, /* allow 51820/udp */
	UFW_ROUTE_IN,	 /* route allow in on wg0 */
	UFW_ROUTE_OUT,	 /* route allow out on wg0 */
	UFW_RULE_COUNT,
};

/* Whether the text of a rule file (its "### tuple ###" lines) allows the port, or the forwarding in
 * or out of the interface, from and to anywhere. Pure. */
bool ufw_rules_have(const char *text, enum ufw_rule rule, uint16_t port, const char *interface);

/* The value of a shell-like "KEY=value" line, quotes removed, compared with expected, case not
 * minded. Pure. */
bool ufw_setting_is(const char *text, const char *key, const char *expected);

/* The arguments after "ufw", as one line for people: "route allow in on wg0". */
struct ufw_rule_text {
	char s[64];
};
struct ufw_rule_text ufw_delete_text(enum ufw_rule rule, uint16_t port, const char *interface);
struct ufw_rule_text ufw_rule_text(enum ufw_rule rule, uint16_t port, const char *interface);

/* Reads what ufw_rule_text has written; port or interface, whichever the rule doesn't name, is left
 * alone. False when it is nothing of that. */
bool ufw_rule_parse(const char *text, enum ufw_rule *rule, uint16_t *port,
		    struct link_name *interface);

/* What stood in the place of our rule before it was added, for each family: UFW takes a rule that
 * differs from ours in its action or comment alone for the same one, and changes it. As text for
 * the state file: UFW_ADDED when there was none, else "limit:6d696e65 -", IPv4's and IPv6's action
 * and comment as in the rule files. */
#define UFW_ADDED "added"
struct ufw_before {
	char s[640];
};

/* From the texts of the two rule files. Pure. */
struct ufw_before ufw_before(const char *rules, const char *rules6, enum ufw_rule rule,
			     uint16_t port, const char *interface);

/* From the rule files themselves. */
int ufw_read_before(int root, enum ufw_rule rule, uint16_t port, const char *interface,
		    struct ufw_before *before, struct error *err);

/* Takes our rule back: deletes it, or changes it into what was there before, at its place. */
int ufw_take_back(enum ufw_rule rule, uint16_t port, const char *interface, const char *before,
		  struct error *err);

/* Runs ufw to add the rule, or to delete it. */
int ufw_add(enum ufw_rule rule, uint16_t port, const char *interface, struct error *err);
int ufw_delete(enum ufw_rule rule, uint16_t port, const char *interface, struct error *err);
