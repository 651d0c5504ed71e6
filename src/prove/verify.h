/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct check;
struct error;
struct site;
struct subject;

/* All checks, one after the other. */

/* Told of each check as it is finished; site is NULL for those of the whole relay. */
typedef void verify_tell_fn(const char *name, const struct site *site, const struct check *check,
			    void *data);

struct verify_count {
	size_t passed, failed, skipped;
};

/* Runs them. A check that can't tell anything because another one failed before is skipped, and
 * names it: one fault, one failure. only may be NULL; else the other sites are left out. */
struct verify_count verify_run(struct subject *s, const struct site *only, verify_tell_fn *tell,
			       void *data);

/* When the relay can't be made because the NIC isn't there (why): asks the metadata service alone,
 * which knows whether this is still the same instance. Of the subject root, metadata and instance
 * are looked at. */
struct verify_count verify_nic_missing(struct subject *s, const struct error *why,
				       verify_tell_fn *tell, void *data);
