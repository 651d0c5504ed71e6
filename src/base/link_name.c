/* SPDX-License-Identifier: MIT */
#include "base/link_name.h"

#include <netinet/ether.h>
#include <stdio.h>
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
	struct ether_addr addr;

	/* ether_aton_r stops at the sixth byte: what follows is for us to refuse. */
	if (strlen(text) > 17 || strspn(text, "0123456789abcdefABCDEF:") != strlen(text))
		return false;
	if (!ether_aton_r(text, &addr))
		return false;
	memcpy(mac->bytes, addr.ether_addr_octet, sizeof(mac->bytes));
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
