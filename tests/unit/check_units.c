/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "apply/units.h"
#include "base/error.h"
#include "bus_server.h"

#define UNIT "wg-quick@wg0.service"

static const char *const patterns[] = {"wg-quick@*.service", NULL};

/* Whoever is on the bus may send such a signal to the agent's own name. */
static const struct {
	struct bus_job job;
	int expected;
} rows[] = {
	{{"done", NULL}, 0},
	{{"failed", NULL}, -EIO},
	{{"done", "failed"}, 0},
	{{"failed", "done"}, -EIO},
};

START_TEST(the_end_of_a_job_is_systemds_to_tell)
{
	struct error err = ERROR_INIT;
	struct units *units;

	bus_server_start(&rows[_i].job);
	ck_assert_msg(units_open(&units, patterns, &err) == 0, "%s", err.text);
	ck_assert_msg(units_run(units, UNIT_START, UNIT, &err) == rows[_i].expected, "%s",
		      err.text);
	if (rows[_i].expected)
		ck_assert_ptr_nonnull(strstr(err.text, rows[_i].job.result));
	units_close(units);
}
END_TEST

START_TEST(a_unit_that_is_not_listed_is_inactive)
{
	const struct bus_job job = {"done", NULL};
	struct error err = ERROR_INIT;
	struct unit_status status;
	struct units *units;

	bus_server_start(&job);
	ck_assert_msg(units_open(&units, patterns, &err) == 0, "%s", err.text);
	ck_assert_msg(units_query(units, UNIT, &status, &err) == 0, "%s", err.text);
	ck_assert_str_eq(status.active_state, "inactive");
	units_close(units);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("units");

	unit_add_table(tcase, the_end_of_a_job_is_systemds_to_tell, rows);
	tcase_add_test(tcase, a_unit_that_is_not_listed_is_inactive);
	return unit_finish();
}
