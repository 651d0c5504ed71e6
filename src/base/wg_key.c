/* SPDX-License-Identifier: MIT */
#include "base/wg_key.h"

#include <sodium.h>
#include <string.h>

#include "base/base64.h"

/* Several times as deep as any command goes. */
#define STACK_WIPED ((size_t)256 * 1024)

struct wg_key wg_key_generate(void)
{
	struct wg_key key;

	randombytes_buf(key.bytes, sizeof(key.bytes));
	key.bytes[0] &= 248;
	key.bytes[31] = (uint8_t)((key.bytes[31] & 127) | 64);
	return key;
}

struct wg_key wg_key_public(const struct wg_key *private_key)
{
	struct wg_key key;

	crypto_scalarmult_base(key.bytes, private_key->bytes);
	return key;
}

bool wg_key_parse(struct wg_key *key, const char *text, size_t len)
{
	struct wg_key parsed = {0};
	size_t got;
	bool ok;

	if (len != sizeof(struct wg_key_text) - 1)
		return false;
	ok = base64_decode(parsed.bytes, sizeof(parsed.bytes), &got, text, len) &&
	     got == sizeof(parsed.bytes);
	if (ok)
		*key = parsed;
	wg_key_wipe(&parsed);
	return ok;
}

struct wg_key_text wg_key_text(const struct wg_key *key)
{
	struct wg_key_text text;

	sodium_bin2base64(text.s, sizeof(text.s), key->bytes, sizeof(key->bytes),
			  sodium_base64_VARIANT_ORIGINAL);
	return text;
}

bool wg_key_equal(const struct wg_key *a, const struct wg_key *b)
{
	return sodium_memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

void wg_key_wipe(struct wg_key *key)
{
	sodium_memzero(key->bytes, sizeof(key->bytes));
}

void wg_key_text_wipe(struct wg_key_text *text)
{
	sodium_memzero(text->s, sizeof(text->s));
}

void wg_key_wipe_stack(void)
{
	sodium_stackzero(STACK_WIPED);
}
