/* SPDX-License-Identifier: MIT */
#pragma once

#include "metadata/http.h"

struct instance;

/* The instance from where: an http(s) URL (one without a path gets /v1.json), or a file's path.
 * NULL stands for Vultr's service. */
int fetch_instance(struct instance *instance, const char *where, const struct http_limits *limits,
		   const struct http_hooks *hooks, struct error *err);
