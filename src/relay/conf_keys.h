/* SPDX-License-Identifier: MIT */
#pragma once

#include "relay/conf.h"

/* The settings by their names: what each accepts, and how it is read. Pure. */

#define CONF_RELAY_KEYS 11
#define CONF_SITE_KEYS 7

/* Puts a name of a-z, 0-9 and - into its place; false: not allowed. */
bool conf_name_parse(char name[CONF_NAME_SIZE], const char *value);

/* parse puts the value into its place; false: not allowed. allowed is marked for translation. */
struct conf_relay_key {
	const char *name;
	bool (*parse)(struct conf *conf, const char *value);
	const char *allowed;
};
extern const struct conf_relay_key conf_relay_keys[CONF_RELAY_KEYS];

struct conf_site_key {
	const char *name;
	bool (*parse)(struct conf_site *site, const char *value);
	const char *allowed;
};
extern const struct conf_site_key conf_site_keys[CONF_SITE_KEYS];
