/* SPDX-License-Identifier: MIT */
#include "base/link_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char link_name_characters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

bool link_name_parse(struct link_name *name, const char *text)
{
	size_t len = strlen(text);

	if (!len || len >= sizeof(name->s) || strspn(text, link_name_characters) != len)
		return false;
	if (*text == '-' || *text == '.' || !strcmp(text, "all") || !strcmp(text, "default"))
		return false;
	memcpy(name->s, text, len + 1);
	return true;
}

bool mac_parse(struct mac *mac, const char *text)
{
	struct mac parsed;

	for (size_t i = 0; i < sizeof(parsed.bytes); i++) {
		size_t digits = strspn(text, "0123456789abcdefABCDEF");

		if (digits < 1 || digits > 2 || text[digits] != (i == 5 ? '\0' : ':'))
			return false;
		parsed.bytes[i] = (uint8_t)strtoul(text, NULL, 16);
		text += digits + 1;
	}
	*mac = parsed;
	return true;
}

bool mac_equal(const struct mac *a, const struct mac *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

struct mac_text mac_text(const struct mac *mac)
{
	struct mac_text text;
	const uint8_t *b = mac->bytes;

	snprintf(text.s, sizeof(text.s), "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3],
		 b[4], b[5]);
	return text;
}
