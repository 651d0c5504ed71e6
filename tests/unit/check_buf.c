/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

START_TEST(an_empty_buffer_is_a_string)
{
	struct buf b = BUF_INIT;

	ck_assert_str_eq(buf_str(&b), "");
	ck_assert_uint_eq(b.len, 0);
	buf_add(&b, NULL, 0);
	buf_adds(&b, "");
	ck_assert_str_eq(buf_str(&b), "");
	buf_clear(&b);
	buf_clear(&b);
	ck_assert_str_eq(buf_str(&b), "");
}
END_TEST

START_TEST(additions_follow_each_other)
{
	CLEANUP(buf_clear) struct buf b = BUF_INIT;

	buf_adds(&b, "one");
	buf_add(&b, ", two and more", 5);
	buf_addf(&b, ", %s %d", "three", 3);
	ck_assert_str_eq(buf_str(&b), "one, two, three 3");
	ck_assert_uint_eq(b.len, strlen("one, two, three 3"));
	ck_assert_int_eq(b.error, 0);
}
END_TEST

START_TEST(bytes_are_kept_as_they_are)
{
	CLEANUP(buf_clear) struct buf b = BUF_INIT;

	for (int i = 0; i < 256; i++)
		buf_add(&b, &(unsigned char){(unsigned char)i}, 1);
	ck_assert_uint_eq(b.len, 256);
	for (int i = 0; i < 256; i++)
		ck_assert_uint_eq((unsigned char)b.data[i], (unsigned)i);
	ck_assert_int_eq(b.data[256], '\0');
}
END_TEST

/* Around the sizes at which it grows, in one addition and in many. */
START_TEST(a_nul_always_follows)
{
	for (size_t len = 0; len < 2100; len++) {
		CLEANUP(buf_clear) struct buf whole = BUF_INIT, bytes = BUF_INIT, text = BUF_INIT;
		static const char chunk[2100];

		buf_add(&whole, chunk, len);
		for (size_t i = 0; i < len; i++)
			buf_add(&bytes, chunk, 1);
		buf_addf(&text, "%*s", (int)len, "");
		ck_assert_uint_eq(whole.len, len);
		ck_assert_uint_eq(text.len, len);
		ck_assert_uint_eq(strlen(buf_str(&text)), len);
		ck_assert(buf_equal(&whole, &bytes));
		ck_assert_uint_lt(whole.len, whole.size + (len == 0));
		if (len)
			ck_assert_int_eq(whole.data[len], '\0');
	}
}
END_TEST

START_TEST(buffers_compare_by_content)
{
	static const struct {
		const char *a, *b;
		size_t a_len, b_len;
		bool equal;
	} rows[] = {
		{"", "", 0, 0, true},	       {"a", "a", 1, 1, true},
		{"a", "b", 1, 1, false},       {"a", "ab", 1, 2, false},
		{"", "a", 0, 1, false},	       {"a\0b", "a\0b", 3, 3, true},
		{"a\0b", "a\0c", 3, 3, false}, {"a", "a\0", 1, 2, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_clear) struct buf a = BUF_INIT, b = BUF_INIT;

		buf_add(&a, rows[i].a, rows[i].a_len);
		buf_add(&b, rows[i].b, rows[i].b_len);
		ck_assert_msg(buf_equal(&a, &b) == rows[i].equal, "row %zu", i);
		ck_assert_msg(buf_equal(&b, &a) == rows[i].equal, "row %zu", i);
	}
}
END_TEST

START_TEST(an_error_sticks)
{
	CLEANUP(buf_clear) struct buf b = BUF_INIT;

	buf_adds(&b, "before");
	b.error = -ENOMEM;
	buf_adds(&b, "x");
	buf_add(&b, "x", 1);
	buf_addf(&b, "%d", 1);
	ck_assert_str_eq(buf_str(&b), "before");
	ck_assert_int_eq(b.error, -ENOMEM);
	buf_clear(&b);
	ck_assert_int_eq(b.error, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("buf");

	tcase_add_test(tcase, an_empty_buffer_is_a_string);
	tcase_add_test(tcase, additions_follow_each_other);
	tcase_add_test(tcase, bytes_are_kept_as_they_are);
	tcase_add_test(tcase, a_nul_always_follows);
	tcase_add_test(tcase, buffers_compare_by_content);
	tcase_add_test(tcase, an_error_sticks);
	return unit_finish();
}
