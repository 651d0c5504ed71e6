/* SPDX-License-Identifier: MIT */
/* Single values, as settings, metadata, the kernel and other programs write them: what is read and
 * written again is read as the same. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/ip.h"
#include "base/link_name.h"
#include "base/wg_key.h"
#include "base/words.h"
#include "firewall/flow.h"
#include "fuzz.h"
#include "prove/endpoint.h"
#include "render/ndppd.h"

static void check_prefix(const char *text)
{
	struct prefix prefix, again, of;

	if (!prefix_parse(&prefix, text))
		return;
	of = prefix_of(&prefix.addr, prefix.len);
	FUZZ_ASSERT(prefix.len <= 128 && prefix_equal(&prefix, &of));
	FUZZ_ASSERT(prefix_parse(&again, prefix_text(&prefix).s) && prefix_equal(&prefix, &again));
	FUZZ_ASSERT(prefix_overlaps(&prefix, &again) && prefix_contains(&prefix, &again.addr));
}

static void check_mac(const char *text)
{
	struct mac mac, again;

	if (mac_parse(&mac, text))
		FUZZ_ASSERT(mac_parse(&again, mac_text(&mac).s) && mac_equal(&mac, &again));
}

static void check_key(const char *text, size_t size)
{
	struct wg_key key;

	if (wg_key_parse(&key, text, size))
		FUZZ_ASSERT(!strcmp(wg_key_text(&key).s, text));
}

/* A name of systemd's (systemd.unit(5), "String escaping for inclusion in unit names"), read back.
 */
static void check_link_name(const char *text)
{
	struct link_name name;
	struct device_unit unit;
	const char *at;

	if (!link_name_parse(&name, text))
		return;
	FUZZ_ASSERT(fuzz_is_shown(name.s) && !strpbrk(name.s, " /\"'\\$%;"));
	unit = device_unit(&name);
	at = unit.s + strlen("sys-subsystem-net-devices-");
	for (const char *c = name.s; *c; c++) {
		if (!strncmp(at, "\\x", 2)) {
			char digits[3] = {at[2], at[3], '\0'};

			FUZZ_ASSERT(strtoul(digits, NULL, 16) == (unsigned char)*c);
			at += 4;
		} else {
			FUZZ_ASSERT(*at++ == *c && *c != '-');
		}
	}
	FUZZ_ASSERT(!strcmp(at, ".device"));
}

static void check_range(const char *text)
{
	struct in6_addr low, high;

	if (address_range(text, &low, &high)) {
		FUZZ_ASSERT(memcmp(&low, &high, sizeof(low)) <= 0);
		FUZZ_ASSERT(IN6_IS_ADDR_V4MAPPED(&low) == IN6_IS_ADDR_V4MAPPED(&high) ||
			    strchr(text, ':'));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);
	struct in_addr endpoint;
	int64_t seconds;

	check_prefix(text);
	check_mac(text);
	check_key(text, size);
	check_link_name(text);
	check_range(text);
	time_parse(&seconds, text);
	FUZZ_ASSERT(!endpoint_parse(&endpoint, text) || text[strspn(text, "0123456789.")] == ':' ||
		    !text[strspn(text, "0123456789.")]);
	return 0;
}
