/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/terminal.h"

static const struct {
	const char *text, *expected;
} rows[] = {
	{"", ""},
	{"plain ~", "plain ~"},
	{"two\nlines\tand a tab", "two\nlines\tand a tab"},
	/* a title, a colour, a beep, a line overwritten, a deletion */
	{"\x1b]0;title\a", "?]0;title?"},
	{"\x1b[31mred", "?[31mred"},
	{"a\rb\bc\x7f", "a?b?c?"},
	/* letters of other languages, and quotes */
	{"gr\xc3\xbc\xc3\x9f \xe2\x80\x9chier\xe2\x80\x9d \xf0\x9f\x8c\x90",
	 "gr\xc3\xbc\xc3\x9f \xe2\x80\x9chier\xe2\x80\x9d \xf0\x9f\x8c\x90"},
	/* CSI as one character, as one byte, and as an overlong form of either length */
	{"\xc2\x9b"
	 "31m",
	 "??31m"},
	{"\x9b"
	 "31m",
	 "?31m"},
	{"\xe0\x82\x9b"
	 "31m",
	 "???31m"},
	{"\xf0\x80\x82\x9b"
	 "31m",
	 "????31m"},
	{"\xc2\xa0", "\xc2\xa0"},
	/* what is cut, alone, or no UTF-8 at all */
	{"\xc3", "?"},
	{"\xe2\x80", "??"},
	{"\xe2\x80\x1b", "???"},
	{"\xa0\x9b", "??"},
	{"\xc1\x9b\xf5\x80\x80\x80\xff", "???????"},
};

START_TEST(a_terminal_gets_no_commands)
{
	char text[64];

	snprintf(text, sizeof(text), "%s", rows[_i].text);
	terminal_mask(text);
	ck_assert_str_eq(text, rows[_i].expected);
}
END_TEST

/* What the settings, or another program, have written is told on a console. */
START_TEST(an_error_has_none_either)
{
	struct error err = ERROR_INIT;

	error_set(&err, -1, "nic = %s: not allowed", "\x1b[2J");
	ck_assert_str_eq(err.text, "nic = ?[2J: not allowed");
	error_wrap(&err, -1, "%s", "\x9b");
	ck_assert_str_eq(err.text, "?: nic = ?[2J: not allowed");
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("terminal");

	tcase_add_loop_test(tcase, a_terminal_gets_no_commands, 0, sizeof(rows) / sizeof(*rows));
	tcase_add_test(tcase, an_error_has_none_either);
	return unit_finish();
}
