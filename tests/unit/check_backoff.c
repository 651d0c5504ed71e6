/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <limits.h>

#include "metadata/backoff.h"

static const struct {
	unsigned attempt;
	int ms;
} rows[] = {
	{1, 20},   {2, 40},   {3, 80},	 {4, 160},   {5, 320},	      {6, 640},
	{7, 1280}, {8, 2560}, {9, 3000}, {10, 3000}, {1000000, 3000}, {UINT_MAX, 3000},
};

START_TEST(pauses_double_up_to_three_seconds)
{
	ck_assert_int_eq(backoff_ms(rows[_i].attempt), rows[_i].ms);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("backoff");

	unit_add_table(tcase, pauses_double_up_to_three_seconds, rows);
	return unit_finish();
}
