/* SPDX-License-Identifier: MIT */
#include "base/ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool prefix_parse(struct prefix *prefix, const char *text)
{
	char addr_text[INET6_ADDRSTRLEN], *end;
	const char *slash = strchr(text, '/');
	struct in6_addr addr;
	struct prefix parsed;
	unsigned long len;

	if (!slash || (size_t)(slash - text) >= sizeof(addr_text))
		return false;
	memcpy(addr_text, text, (size_t)(slash - text));
	addr_text[slash - text] = '\0';
	if (inet_pton(AF_INET6, addr_text, &addr) != 1)
		return false;
	if (slash[1] < '0' || slash[1] > '9')
		return false;
	len = strtoul(slash + 1, &end, 10);
	if (*end || len > 128)
		return false;
	parsed = prefix_of(&addr, (uint8_t)len);
	if (!IN6_ARE_ADDR_EQUAL(&parsed.addr, &addr))
		return false;
	*prefix = parsed;
	return true;
}

struct prefix prefix_of(const struct in6_addr *addr, uint8_t len)
{
	struct prefix prefix = {.addr = *addr, .len = len};

	for (unsigned i = 0; i < 16; i++) {
		unsigned kept = len > i * 8 ? len - i * 8 : 0;

		if (kept < 8)
			prefix.addr.s6_addr[i] &= (uint8_t)(0xff00 >> kept);
	}
	return prefix;
}

bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return a->len == b->len && IN6_ARE_ADDR_EQUAL(&a->addr, &b->addr);
}

bool prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
	uint8_t len = a->len < b->len ? a->len : b->len;
	struct prefix short_a = prefix_of(&a->addr, len), short_b = prefix_of(&b->addr, len);

	return prefix_equal(&short_a, &short_b);
}

bool prefix_contains(const struct prefix *prefix, const struct in6_addr *addr)
{
	struct prefix of = prefix_of(addr, prefix->len);

	return prefix_equal(prefix, &of);
}

struct in6_addr prefix_host(const struct prefix *prefix, uint8_t n)
{
	struct in6_addr addr = prefix->addr;

	addr.s6_addr[15] |= n;
	return addr;
}

bool ip_is_global(const struct in6_addr *addr)
{
	return (addr->s6_addr[0] & 0xe0) == 0x20;
}

bool ip_is_unique_local(const struct in6_addr *addr)
{
	return (addr->s6_addr[0] & 0xfe) == 0xfc;
}

struct ip_text ip_text(const struct in6_addr *addr)
{
	struct ip_text text;

	inet_ntop(AF_INET6, addr, text.s, sizeof(text.s));
	return text;
}

struct ip_text ip4_text(struct in_addr addr)
{
	struct ip_text text;

	inet_ntop(AF_INET, &addr, text.s, sizeof(text.s));
	return text;
}

struct ip_text prefix_text(const struct prefix *prefix)
{
	struct ip_text text = ip_text(&prefix->addr);
	size_t len = strlen(text.s);

	snprintf(text.s + len, sizeof(text.s) - len, "/%u", (unsigned)prefix->len);
	return text;
}
