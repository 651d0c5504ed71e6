/* SPDX-License-Identifier: MIT */
#pragma once

#include "metadata/http.h"

struct instance;

/* The instance from where: an http(s) URL (one without a path gets /v1.json), or a file's path.
 * NULL stands for Vultr's service. */
int fetch_instance(struct instance *instance, const char *where, http_retry_fn *on_retry,
		   void *data, struct error *err);
