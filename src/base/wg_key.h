/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A WireGuard key, private or public: 32 bytes of Curve25519 (RFC 7748 section 6.1). */
struct wg_key {
	uint8_t bytes[32];
};

/* Base64 with its padding. It may be a private key: wipe it with wg_key_text_wipe. */
struct wg_key_text {
	char s[45];
};

/* A new private key, clamped as `wg genkey` does. */
struct wg_key wg_key_generate(void);

struct wg_key wg_key_public(const struct wg_key *private_key);

/* Exactly 44 characters of base64 that decode to 32 bytes, at text; len is its length. */
bool wg_key_parse(struct wg_key *key, const char *text, size_t len);

struct wg_key_text wg_key_text(const struct wg_key *key);
bool wg_key_equal(const struct wg_key *a, const struct wg_key *b);
void wg_key_wipe(struct wg_key *key);
void wg_key_text_wipe(struct wg_key_text *text);

/* Wipes what functions that have returned left of keys on the stack below the caller: copies that
 * the compiler made for itself, and a library's, such as a hash's block. */
void wg_key_wipe_stack(void);
