/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "status/redraw.h"

#define H "\x1b[H"
#define K "\x1b[K\n"
#define J "\x1b[J"
#define RED "\x1b[31m"
#define END "\x1b[0m"

static const struct {
	const char *text;
	size_t rows, columns;
	const char *expected;
} rows[] = {
	{"", 24, 80, H J},
	{"one\ntwo\n", 24, 80, H "one" K "two" K J},
	{"one\n\ntwo\n", 24, 80, H "one" K K "two" K J},
	/* of a size that isn't known nothing is cut */
	{"one\ntwo\nthree\n", 0, 0, H "one" K "two" K "three" K J},
	/* the cursor's row, and no more */
	{"1\n2\n3\n", 4, 80, H "1" K "2" K "3" K J},
	{"1\n2\n3\n", 3, 80, H "1" K "(2 lines more: make the window higher)" K J},
	{"1\n2\n", 2, 80, H "(2 lines more: make the window higher)" K J},
	{"1\n2\n", 1, 80, H J},
	/* the last column is used, and then not erased */
	{"1234\n", 24, 5, H "1234" K J},
	{"12345\n", 24, 5, H "12345\n" J},
	{"123456\n1\n", 24, 5, H "12345\n1" K J},
	/* what a person counts are characters, and no colours */
	{"✓✓✓✓✓✓\n", 24, 5, H "✓✓✓✓✓\n" J},
	{RED "no" END " " RED "no" END "\n", 24, 80, H RED "no" END " " RED "no" END K J},
	/* a colour is ended also where its text is cut */
	{"123" RED "456" END "\n", 24, 5, H "123" RED "45" END "\n" J},
};

START_TEST(a_frame_takes_the_place_of_the_last)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	redraw_add(rows[_i].text, rows[_i].rows, rows[_i].columns, &out);
	ck_assert_str_eq(buf_str(&out), rows[_i].expected);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("redraw");

	unit_add_table(tcase, a_frame_takes_the_place_of_the_last, rows);
	return unit_finish();
}
