/* SPDX-License-Identifier: MIT */
/* What is written in the router's language, read by rules of its own. */
#include "render/routeros.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/ip.h"
#include "fuzz.h"

static int hexadecimal(char c)
{
	const char *digits = "0123456789ABCDEF", *at = strchr(digits, c);

	return c && at ? (int)(at - digits) : -1;
}

/* What a string of RouterOS holds, to *value: quotes at both ends, $ and " and \ after a backslash,
 * and other bytes by two digits (RouterOS manual, Scripting, "Constant Escape Sequences"). False:
 * it is no string by itself, or it has a variable in it. */
static bool read_string(const char *text, struct buf *value)
{
	if (*text++ != '"')
		return false;
	for (; *text && *text != '"'; text++) {
		char byte = *text;

		if (byte < ' ' || byte > '~' || byte == '$')
			return false;
		if (byte == '\\') {
			int high = hexadecimal(text[1]);
			int low = high >= 0 ? hexadecimal(text[2]) : -1;

			if (low >= 0) {
				byte = (char)(high << 4 | low);
				text += 2;
			} else if (text[1] && strchr("\"\\$", text[1])) {
				byte = *++text;
			} else {
				return false;
			}
		}
		buf_add(value, &byte, 1);
	}
	return !strcmp(text, "\"");
}

static void check_string(const char *text)
{
	CLEANUP(buf_clear) struct buf written = BUF_INIT, value = BUF_INIT;

	routeros_string(text, &written);
	FUZZ_ASSERT(!written.error);
	FUZZ_ASSERT(read_string(buf_str(&written), &value));
	FUZZ_ASSERT(value.len == strlen(text) && !strcmp(buf_str(&value), text));
}

static bool matches(const regex_t *pattern, const struct in6_addr *addr)
{
	struct prefix address = {.addr = *addr, .len = 64};

	return regexec(pattern, prefix_text(&address).s, 0, NULL, 0) == 0;
}

/* The pattern tells the addresses of the prefix from others; 24 bytes: a prefix and an address. */
static void check_pattern(const uint8_t *data)
{
	CLEANUP(buf_clear) struct buf written = BUF_INIT;
	struct in6_addr addr, other;
	struct prefix prefix;
	regex_t pattern;

	memcpy(&addr, data, sizeof(addr));
	memcpy(&other, data + 8, sizeof(other));
	addr.s6_addr[0] = (uint8_t)(0x20 | (addr.s6_addr[0] & 0x1f));
	prefix = prefix_of(&addr, 64);
	routeros_prefix_pattern(&prefix, &written);
	FUZZ_ASSERT(fuzz_is_shown(buf_str(&written)));
	FUZZ_ASSERT(regcomp(&pattern, buf_str(&written), REG_EXTENDED | REG_NOSUB) == 0);
	FUZZ_ASSERT(matches(&pattern, &addr));
	FUZZ_ASSERT(matches(&pattern, &other) == prefix_contains(&prefix, &other));
	/* A neighbour that differs in one bit. */
	other = addr;
	other.s6_addr[data[23] % 8] ^= (uint8_t)(1 << data[22] % 8);
	FUZZ_ASSERT(!matches(&pattern, &other));
	regfree(&pattern);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);

	check_string(text);
	if (size == 24)
		check_pattern(data);
	return 0;
}
