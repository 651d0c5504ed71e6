/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "render/template.h"

static const struct template_value values[] = {
	{"name", "bridge"}, {"at", "@name@"}, {"", "?"}, {0}};
static const struct template_flag flags[] = {{"on", true}, {"off", false}, {0}};

static const struct {
	const char *line, *expected;
	int error;
} rows[] = {
	{"", "\n", 0},
	{"as it stands", "as it stands\n", 0},
	{"# a comment of the text's own", "# a comment of the text's own\n", 0},
	{"@# left out, @nonsense@ and all", "", 0},
	{"name=@name@", "name=bridge\n", 0},
	{"@name@@name@ @name@.", "bridgebridge bridge.\n", 0},
	{"a value is not read again: @at@", "a value is not read again: @name@\n", 0},
	{"@+on there", "there\n", 0},
	{"@-on not there", "", 0},
	{"@+off not there", "", 0},
	{"@-off there", "there\n", 0},
	{"@+on with @name@", "with bridge\n", 0},
	{"@+on", "\n", 0},
	{"@-on @nonsense@", "", 0},
	{"in the middle @+on", "in the middle \n", -EINVAL},
	{"@nonsense@", "\n", -EINVAL},
	{"@nam@", "\n", -EINVAL},
	{"@names@", "\n", -EINVAL},
	{"@name", "\n", -EINVAL},
	{"one @ alone", "one \n", -EINVAL},
	{"@+nonsense there", "", -EINVAL},
	{"@+o there", "", -EINVAL},
};

START_TEST(a_line_is_filled_in)
{
	const struct template template = {&rows[_i].line, 1};
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	template_fill(&template, values, flags, &out);
	ck_assert_int_eq(out.error, rows[_i].error);
	if (!rows[_i].error)
		ck_assert_str_eq(buf_str(&out), rows[_i].expected);
}
END_TEST

START_TEST(lines_keep_their_order)
{
	static const char *const lines[] = {"{", "@# why", "@+on first", "@-on or", "@name@", "}"};
	const struct template template = {lines, ARRAY_SIZE(lines)};
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	buf_adds(&out, "before\n");
	template_fill(&template, values, flags, &out);
	ck_assert_str_eq(buf_str(&out), "before\n{\nfirst\nbridge\n}\n");
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("template");

	unit_add_table(tcase, a_line_is_filled_in, rows);
	tcase_add_test(tcase, lines_keep_their_order);
	return unit_finish();
}
