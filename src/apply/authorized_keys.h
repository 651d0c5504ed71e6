/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* Which keys sshd takes (sshd_config(5)): names, with commas between them, and bits. */
struct key_rules {
	const char *algorithms; /* PubkeyAcceptedAlgorithms; NULL: its default */
	unsigned rsa_bits;	/* RequiredRSASize */
};

/* What of an authorized_keys file comes nearest to a login. */
enum key_found {
	KEY_NONE,
	KEY_LIMITED, /* a key with options after which no shell awaits, or not from everywhere or
			not for ever; and those that sshd may refuse */
	KEY_REFUSED, /* of an algorithm or a size that the rules leave out */
	KEY_GOOD,
};

/* Looks for a line (sshd(8), AUTHORIZED_KEYS FILE FORMAT) that lets its owner log in, today and
 * tomorrow: a well-formed key without options but the flags that leave him a shell. cloud-init puts
 * `command="echo 'Please login as …'"` before root's keys on some images: that is no login. Pure.
 */
enum key_found authorized_keys_find(const char *text, const struct key_rules *rules);
