/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
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
	"",
	"bridge",
	"bridge LAN",
	"\"; /system/reset-configuration; \"",
	"$name",
	"${x}",
	"[/system/reboot]",
	"\\",
	"\\\\\"",
	"a\nb\rc\td",
	"\xc3\xbcz",
	"}\n{",
	"\\0A",
};

START_TEST(no_text_gets_out_of_its_quotes)
{
	assert_round_trip(hostile[_i]);
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

int main(void)
{
	TCase *tcase = unit_start("routeros_string");

	unit_add_table(tcase, no_text_gets_out_of_its_quotes, hostile);
	tcase_add_test(tcase, every_byte_comes_back);
	tcase_add_test(tcase, plain_text_stays_readable);
	return unit_finish();
}
