/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

struct buf;
struct error;
struct instance;

/* Vultr's metadata document (GET /v1.json) and struct instance. Pure. */

#define VULTR_METADATA_URL "http://169.254.169.254/v1.json"

/* Parses a document. -EINVAL, with the field named in err, when it isn't one that sixrelay can
 * rely on; *instance is untouched then. */
int vultr_parse(struct instance *instance, const char *json, size_t len, struct error *err);

/* Appends a document that vultr_parse reads back to the same instance, and that holds nothing
 * else: the metadata may carry user-data and password hashes. */
int vultr_print(const struct instance *instance, struct buf *out);
