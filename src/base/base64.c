/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

#include <sodium.h>

bool base64_decode(void *out, size_t size, size_t *got, const char *text, size_t len)
{
	const char *end;

	/* libsodium compares without branches, and takes some bytes above 127 for digits. */
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] > '~')
			return false;
	return sodium_base642bin(out, size, text, len, NULL, got, &end,
				 sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       end == text + len;
}
