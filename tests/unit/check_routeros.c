/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/ip.h"
#include "render/routeros.h"

/* Reads a string of RouterOS's scripting language back, from the opening quote to the closing one:
 * \" \\ \$ \? and two upper-case hexadecimal digits; \n, \r, \t, \a, \b, \f, \v and \_ (a blank).
 * A bare $ starts a variable, and a bare control character or TAB is not for a terminal. */
static const char *read_string(const char *c, struct buf *out)
{
	static const char letters[] = "nrtabfv_", values[] = "\n\r\t\a\b\f\v ";

	ck_assert_msg(*c == '"', "no opening quote: %s", c);
	for (c++; *c != '"'; c++) {
		const char *letter;
		unsigned code;
		char byte = *c;

		ck_assert_msg(*c >= ' ' && *c <= '~' && *c != '$', "bare byte %d", *c);
		if (*c == '\\') {
			c++;
			letter = *c ? strchr(letters, *c) : NULL;
			byte = *c;
			if (letter) {
				byte = values[letter - letters];
			} else if (strspn(c, "0123456789ABCDEF") >= 2) {
				ck_assert_int_eq(sscanf(c, "%2X", &code), 1);
				byte = (char)code;
				c++;
			} else {
				ck_assert_msg(*c && strchr("\"\\$?", *c), "bad escape \\%c", *c);
			}
		}
		buf_add(out, &byte, 1);
	}
	return c + 1;
}

static void assert_round_trip(const char *text)
{
	CLEANUP(buf_clear) struct buf escaped = BUF_INIT, back = BUF_INIT;
	const char *end;

	routeros_string(text, &escaped);
	end = read_string(buf_str(&escaped), &back);
	ck_assert_msg(!*end, "more after the closing quote: %s", end);
	ck_assert_str_eq(buf_str(&back), text);
}

START_TEST(every_byte_comes_back)
{
	/* Alone, and before what could be taken for the rest of an escape. */
	static const char *const followers[] = {"", "A", "0F", "n", "\\", "\"", "$", " "};

	for (size_t i = 0; i < ARRAY_SIZE(followers); i++) {
		for (int byte = 1; byte < 256; byte++) {
			char text[8];

			snprintf(text, sizeof(text), "%c%s", byte, followers[i]);
			assert_round_trip(text);
			snprintf(text, sizeof(text), "%s%c", followers[i], byte);
			assert_round_trip(text);
		}
	}
}
END_TEST

static const char *const hostile[] = {
	"",	  "bridge",	"bridge LAN",	    "\"; /system/reset-configuration; \"",
	"$name",  "${x}",	"[/system/reboot]", "\\",
	"\\\\\"", "a\nb\rc\td", "\xc3\xbcz",	    "}\n{",
	"\\0A",
};

START_TEST(no_text_gets_out_of_its_quotes)
{
	assert_round_trip(hostile[_i]);
}
END_TEST

/* Any bytes, the same ones at each run. */
START_TEST(random_text_comes_back)
{
	uint64_t state = 1;

	for (int i = 0; i < 20000; i++) {
		char text[40];
		size_t len = 0;

		do {
			state = state * 6364136223846793005u + 1442695040888963407u;
			text[len] = (char)(state >> 56);
			/* Every other one is a character that means something. */
			if (state >> 40 & 1)
				text[len] = "\"\\$[](){};#?\n\r\t 0AFn_"[(state >> 48 & 0xff) % 21];
		} while (text[len++] && len < sizeof(text));
		text[len - 1] = '\0';
		assert_round_trip(text);
	}
}
END_TEST

START_TEST(plain_text_stays_readable)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	buf_adds(&out, "name=");
	routeros_string("bridge-1 (LAN)", &out);
	ck_assert_str_eq(buf_str(&out), "name=\"bridge-1 (LAN)\"");
}
END_TEST

/* Whether the pattern takes the address, as `find where address~"..."` does. */
static bool matches(const regex_t *pattern, const struct in6_addr *addr)
{
	char text[64];

	snprintf(text, sizeof(text), "%s/64", ip_text(addr).s);
	return regexec(pattern, text, 0, NULL, 0) == 0;
}

/* Zero groups at every place, and hosts of every shape. */
static struct in6_addr odd_address(unsigned n)
{
	struct in6_addr addr = {0};

	addr.s6_addr[0] = 0x20;
	addr.s6_addr[1] = 0x01;
	for (unsigned group = 1; group < 8; group++) {
		unsigned shape = n >> 2 * (group - 1) & 3;

		addr.s6_addr[2 * group] = shape == 3 ? 0xab : 0;
		addr.s6_addr[2 * group + 1] = (uint8_t)(shape == 3 ? 0xcd : shape);
	}
	return addr;
}

/* Every address of the shapes above against prefixes of every shape. */
START_TEST(a_prefix_pattern_takes_its_addresses_alone)
{
	struct in6_addr base = odd_address((unsigned)_i);
	struct prefix prefix = prefix_of(&base, 64);
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	unsigned inside = 0;
	regex_t pattern;

	routeros_prefix_pattern(&prefix, &text);
	ck_assert_int_eq(regcomp(&pattern, buf_str(&text), REG_EXTENDED | REG_NOSUB), 0);
	for (unsigned n = 0; n < 1u << 14; n++) {
		struct in6_addr addr = odd_address(n);
		bool expected = prefix_contains(&prefix, &addr);

		inside += expected;
		ck_assert_msg(matches(&pattern, &addr) == expected, "%s and %s", buf_str(&text),
			      ip_text(&addr).s);
	}
	ck_assert_uint_eq(inside, 256);
	regfree(&pattern);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("routeros");

	unit_add_table(tcase, no_text_gets_out_of_its_quotes, hostile);
	tcase_add_loop_test(tcase, a_prefix_pattern_takes_its_addresses_alone, 0, 64);
	tcase_add_test(tcase, every_byte_comes_back);
	tcase_add_test(tcase, random_text_comes_back);
	tcase_add_test(tcase, plain_text_stays_readable);
	return unit_finish();
}
