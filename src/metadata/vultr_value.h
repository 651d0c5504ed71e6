/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

struct cJSON;
struct error;
struct instance;
struct prefix;

/* Single values of Vultr's metadata. Each returns 0, or -EINVAL with `where` named in err. Pure. */

/* A prefix length from 1 to 128. Vultr writes it as a string, "64"; a number is as good. */
int vultr_length(const struct cJSON *item, const char *where, uint8_t *len, struct error *err);

/* Text and length of a prefix that Vultr gives: global unicast, or an error. */
int vultr_network(const char *text, uint8_t len, const char *where, struct prefix *out,
		  struct error *err);

/* The address of a single interface: no group's, and not all zeros. */
int vultr_mac(struct instance *instance, const char *text, const char *where, struct error *err);

/* Adds an attached prefix to the usable ones or, when it is no /64 or the original one once more,
 * to the unusable ones. */
int vultr_add_reserved(struct instance *instance, const struct prefix *prefix, const char *where,
		       struct error *err);
