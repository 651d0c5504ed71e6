/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct account;

/* What `sshd -T` says, and what of it decides whether a key is enough to log in. Pure. */

/* The value of the keyword's line number i (some keywords have several), NULL when there is none,
 * and its length. Case doesn't matter. */
const char *sshd_value(const char *settings, const char *keyword, size_t i, size_t *len);

/* Whether the value is this one; that of a keyword that is missing is its default. */
bool sshd_value_is(const char *settings, const char *keyword, const char *value,
		   const char *otherwise);

/* What keeps the account's key from being enough. */
struct sshd_obstacle {
	char s[160]; /* "PermitRootLogin no"; "" when nothing does */
};
struct sshd_obstacle sshd_find_obstacle(const char *settings, const struct account *account);
