/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include "base/shown.h"

#define TEN "0123456789"

static const struct {
	const char *text, *expected;
} rows[] = {
	{"", ""},
	{"2001:db8::/64", "2001:db8::/64"},
	{" ~", " ~"},
	{"a\nb\r\tc", "a?b??c"},
	{"\x1b[2J\x7f", "?[2J?"},
	{"\x9b"
	 "2J",
	 "?2J"},
	{"\xc3\xbc", "??"},
	{"%s%n", "%s%n"},
	/* cut, and said to be */
	{TEN TEN TEN TEN "0123456", TEN TEN TEN TEN "0123456"},
	{TEN TEN TEN TEN "01234567", TEN TEN TEN TEN "0123..."},
	{TEN TEN TEN TEN TEN TEN TEN, TEN TEN TEN TEN "0123..."},
};

START_TEST(what_a_terminal_might_obey_is_not_shown)
{
	ck_assert_str_eq(shown_of(rows[_i].text).s, rows[_i].expected);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("shown");

	unit_add_table(tcase, what_a_terminal_might_obey_is_not_shown, rows);
	return unit_finish();
}
