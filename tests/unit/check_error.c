/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"

START_TEST(an_error_is_a_code_and_a_sentence)
{
	struct error err = ERROR_INIT;

	ck_assert_int_eq(err.code, 0);
	ck_assert_str_eq(err.text, "");
	ck_assert_int_eq(error_set(&err, -EINVAL, "%s %d", "line", 7), -EINVAL);
	ck_assert_int_eq(err.code, -EINVAL);
	ck_assert_str_eq(err.text, "line 7");
	ck_assert_int_eq(error_set(&err, -EIO, "other"), -EIO);
	ck_assert_str_eq(err.text, "other");
}
END_TEST

START_TEST(an_errno_is_told_in_words)
{
	struct error err = ERROR_INIT;

	ck_assert_int_eq(error_errno(&err, -ENOSPC, "write %s", "/etc/x"), -ENOSPC);
	ck_assert_int_eq(err.code, -ENOSPC);
	ck_assert_str_eq(err.text, "write /etc/x: No space left on device");
}
END_TEST

START_TEST(each_layer_wraps)
{
	struct error err = ERROR_INIT;

	error_errno(&err, -ENOSPC, "write /etc/x");
	ck_assert_int_eq(error_wrap(&err, -ENOSPC, "wireguard"), -ENOSPC);
	ck_assert_int_eq(error_wrap(&err, -ENOSPC, "%s", "apply"), -ENOSPC);
	ck_assert_str_eq(err.text, "apply: wireguard: write /etc/x: No space left on device");
}
END_TEST

START_TEST(nobody_has_to_listen)
{
	ck_assert_int_eq(error_set(NULL, -EINVAL, "text"), -EINVAL);
	ck_assert_int_eq(error_errno(NULL, -EIO, "text"), -EIO);
	ck_assert_int_eq(error_wrap(NULL, -EIO, "text"), -EIO);
}
END_TEST

/* The front says where to look, and is what stays. */
START_TEST(a_long_text_loses_its_end)
{
	char text[2000];
	struct error err = ERROR_INIT;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&err, -EINVAL, "front: %s", text);
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
	ck_assert_ptr_eq(strstr(err.text, "front: x"), err.text);
	error_wrap(&err, -EINVAL, "more");
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
	ck_assert_ptr_eq(strstr(err.text, "more: front: x"), err.text);
	ck_assert_ptr_nonnull(strstr(err.text, "x..."));
	error_wrap(&err, -EINVAL, "%s", text);
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
	error_errno(&err, -EINVAL, "%s", text);
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("error");

	tcase_add_test(tcase, an_error_is_a_code_and_a_sentence);
	tcase_add_test(tcase, an_errno_is_told_in_words);
	tcase_add_test(tcase, each_layer_wraps);
	tcase_add_test(tcase, nobody_has_to_listen);
	tcase_add_test(tcase, a_long_text_loses_its_end);
	return unit_finish();
}
