/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* An IPv6 prefix; the bits below len are zero. */
struct prefix {
	struct in6_addr addr;
	uint8_t len;
};

/* Text of an address or prefix, returned by value so that it can stand in an argument list. */
struct ip_text {
	char s[INET6_ADDRSTRLEN + 4];
};

/* "2001:db8::/64". False when it is no prefix, or has bits set below its length. */
bool prefix_parse(struct prefix *prefix, const char *text);

/* The first len bits of addr. */
struct prefix prefix_of(const struct in6_addr *addr, uint8_t len);

bool prefix_equal(const struct prefix *a, const struct prefix *b);
bool prefix_overlaps(const struct prefix *a, const struct prefix *b);
bool prefix_contains(const struct prefix *prefix, const struct in6_addr *addr);

/* The prefix's address number n: prefix_host(2001:db8::/64, 1) is 2001:db8::1. */
struct in6_addr prefix_host(const struct prefix *prefix, uint8_t n);

/* In 2000::/3, all that IANA gives out as global unicast (RFC 4291 section 2.4). Documentation
 * and 6to4 prefixes are in it: a lab uses the one, and neither does harm. */
bool ip_is_global(const struct in6_addr *addr);

/* In fc00::/7 (RFC 4193). */
bool ip_is_unique_local(const struct in6_addr *addr);

/* RFC 5952 text. */
struct ip_text ip_text(const struct in6_addr *addr);
struct ip_text ip4_text(struct in_addr addr);
struct ip_text prefix_text(const struct prefix *prefix);
