/* SPDX-License-Identifier: MIT */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* The name of a network interface that is safe in every file written: see link_name_parse. */
struct link_name {
	char s[IFNAMSIZ];
};

/* 1 to 15 of [A-Za-z0-9._-], not starting with "-" or ".", neither "all" nor "default" (those are
 * not interfaces below /proc/sys/net). Narrower than the kernel's dev_valid_name. */
bool link_name_parse(struct link_name *name, const char *text);

/* An Ethernet address. */
struct mac {
	uint8_t bytes[6];
};

/* "56:00:05:00:53:01", case and leading zeros as they come. */
bool mac_parse(struct mac *mac, const char *text);
bool mac_equal(const struct mac *a, const struct mac *b);

struct mac_text {
	char s[18];
};
struct mac_text mac_text(const struct mac *mac);
