/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/wrap.h"

#define TEN "123456789 "
#define FORTY TEN TEN TEN TEN
#define LONG                                                                                       \
	"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiii"

static const struct {
	const char *label, *text;
	int indent;
	const char *expected;
} rows[] = {
	{"", "", 0, "\n"},
	{"note: ", "", 2, "note: \n"},
	{"", "one two", 0, "one two\n"},
	{"note: ", "one two", 2, "note: one two\n"},
	/* eighty columns are not too many */
	{"", FORTY TEN TEN TEN "1234567890", 2, FORTY TEN TEN TEN "1234567890\n"},
	{"", FORTY TEN TEN TEN "123456789 1", 2, FORTY TEN TEN TEN "123456789\n  1\n"},
	{"ab: ", FORTY TEN TEN TEN "123456", 4, "ab: " FORTY TEN TEN TEN "123456\n"},
	{"ab: ", FORTY TEN TEN TEN "1234567", 4, "ab: " FORTY TEN TEN "123456789\n    1234567\n"},
	/* a word that no line can hold */
	{"", "x " LONG " y", 2, "x\n  " LONG "\n  y\n"},
	{"", LONG, 2, LONG "\n"},
	/* what a person counts are characters */
	{"",
	 FORTY TEN TEN TEN "12345\xc3\xa4\xc3\xb6\xc3\xbc"
			   "90",
	 2,
	 FORTY TEN TEN TEN "12345\xc3\xa4\xc3\xb6\xc3\xbc"
			   "90\n"},
	{"\xc3\xbc: ", FORTY TEN TEN TEN "1234567", 2, "\xc3\xbc: " FORTY TEN TEN TEN "1234567\n"},
};

START_TEST(a_paragraph_is_broken_at_blanks)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	wrap(&out, rows[_i].label, rows[_i].text, rows[_i].indent);
	ck_assert_str_eq(buf_str(&out), rows[_i].expected);
}
END_TEST

/* Whatever the words' lengths: none is lost, and no line is too wide. */
START_TEST(words_stay_and_lines_fit)
{
	for (size_t first = 1; first < 70; first++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT, out = BUF_INIT;
		size_t words = 0, found = 0;

		for (size_t i = 0; i < 40; i++, words++)
			buf_addf(&text, "%s%.*s", i ? " " : "", (int)(1 + (first * (i + 1)) % 37),
				 LONG);
		wrap(&out, "label: ", buf_str(&text), 7);
		for (const char *line = out.data; *line; line += strcspn(line, "\n") + 1)
			ck_assert_uint_le(strcspn(line, "\n"), WRAP_COLUMNS);
		for (char *save = NULL, *word = strtok_r(out.data, " \n", &save); word;
		     word = strtok_r(NULL, " \n", &save))
			found++;
		ck_assert_uint_eq(found, words + 1);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("wrap");

	unit_add_table(tcase, a_paragraph_is_broken_at_blanks, rows);
	tcase_add_test(tcase, words_stay_and_lines_fit);
	return unit_finish();
}
