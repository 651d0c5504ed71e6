/* SPDX-License-Identifier: MIT */
#include "state_case.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/state_before.h"

static const struct before absent = {.kind = BEFORE_ABSENT};
static const struct before file = {
	.kind = BEFORE_FILE,
	.meta = {.mode = S_IFREG | 04755, .uid = 1, .gid = 4294967294, .time = {-1, 7}},
};
static const struct before masked = {
	.kind = BEFORE_LINK,
	.meta = {.mode = S_IFLNK | 0777, .time = {1700000000, 123456789}},
	.target = "/dev/null",
};

START_TEST(files_are_remembered_as_they_were)
{
	struct before before;

	state_set_before(&state, "/a", &absent);
	state_set_before(&state, "/f", &file);
	state_set_before(&state, "/l", &masked);
	save_and_load();
	ck_assert(state_get_before(&state, "/a", &before));
	ck_assert_int_eq(before.kind, BEFORE_ABSENT);
	ck_assert(state_get_before(&state, "/f", &before));
	ck_assert_int_eq(before.kind, BEFORE_FILE);
	ck_assert_uint_eq(before.meta.mode, S_IFREG | 04755);
	ck_assert_uint_eq(before.meta.uid, 1);
	ck_assert_uint_eq(before.meta.gid, 4294967294);
	ck_assert_int_eq(before.meta.time.tv_sec, -1);
	ck_assert_int_eq(before.meta.time.tv_nsec, 7);
	ck_assert(state_get_before(&state, "/l", &before));
	ck_assert_int_eq(before.kind, BEFORE_LINK);
	ck_assert_str_eq(before.target, "/dev/null");
	ck_assert_int_eq(before.meta.time.tv_nsec, 123456789);
	ck_assert_str_eq(state_before_path(&state, 2), "/l");
	ck_assert_ptr_null(state_before_path(&state, 3));
	ck_assert(!state_get_before(&state, "/x", &before));
}
END_TEST

START_TEST(the_first_record_stands)
{
	struct before before;
	const char *path, *value;

	state_set_before(&state, "/a", &absent);
	state_set_before(&state, "/a", &file);
	state_set_unit(&state, "ndppd.service", true, false);
	state_set_unit(&state, "ndppd.service", false, true);
	state_set_sysctl(&state, "/proc/sys/x", "0");
	state_set_sysctl(&state, "/proc/sys/x", "1");
	save_and_load();
	ck_assert(state_get_before(&state, "/a", &before));
	ck_assert_int_eq(before.kind, BEFORE_ABSENT);
	ck_assert(state_unit_active(&state, "ndppd.service"));
	ck_assert(!state_unit_had_interface(&state, "ndppd.service"));
	ck_assert(state_sysctl(&state, 0, &path, &value));
	ck_assert_str_eq(path, "/proc/sys/x");
	ck_assert_str_eq(value, "0");
	ck_assert(!state_sysctl(&state, 1, &path, &value));
}
END_TEST

START_TEST(lists_are_kept_in_order_and_once)
{
	state_add_directory(&state, "/etc/a");
	state_add_directory(&state, "/etc/a/b");
	state_add_directory(&state, "/etc/a");
	state_add_route(&state, "::/0 via fe80::1");
	save_and_load();
	ck_assert_str_eq(state_directory(&state, 0), "/etc/a");
	ck_assert_str_eq(state_directory(&state, 1), "/etc/a/b");
	ck_assert_ptr_null(state_directory(&state, 2));
	ck_assert(state_had_route(&state, "::/0 via fe80::1"));
	ck_assert(!state_had_route(&state, "::/0 via fe80::"));
}
END_TEST

START_TEST(units_have_their_links)
{
	const char *path, *target;

	state_set_unit(&state, "wg-quick@wg0.service", false, true);
	state_add_unit_link(&state, "wg-quick@wg0.service", "/etc/x.wants/y", "/usr/y");
	save_and_load();
	ck_assert_str_eq(state_unit(&state, 0), "wg-quick@wg0.service");
	ck_assert(state_unit_had_interface(&state, "wg-quick@wg0.service"));
	ck_assert(state_unit_link(&state, "wg-quick@wg0.service", 0, &path, &target));
	ck_assert_str_eq(path, "/etc/x.wants/y");
	ck_assert_str_eq(target, "/usr/y");
	ck_assert(!state_unit_link(&state, "wg-quick@wg0.service", 1, &path, &target));
	ck_assert(!state_unit_link(&state, "other.service", 0, &path, &target));
}
END_TEST

static const char *const odd[] = {
	"{\"before\": 1, \"units\": \"x\", \"sysctl\": [\"0\"], \"directories\": {}, "
	"\"routes\": 2}",
	"{\"before\": [\"x\"], \"units\": [1], \"sysctl\": {\"/p\": 1}, \"directories\": [1], "
	"\"routes\": [null]}",
	"{\"before\": {\"/f\": \"kept\"}, \"units\": {\"u\": 1}}",
	"{\"before\": {\"/f\": {\"was\": \"file\"}}, \"units\": {\"u\": {\"links\": [1]}}}",
	"{\"before\": {\"/f\": {\"was\": \"file\", \"mode\": \"rw\", \"owner\": \"0:0\", "
	"\"modified\": \"1.0\"}}}",
	"{\"before\": {\"/f\": {\"was\": \"file\", \"mode\": \"0777777\", \"owner\": \"0:0\", "
	"\"modified\": \"1.0\"}}}",
	"{\"before\": {\"/f\": {\"was\": \"file\", \"mode\": \"0644\", \"owner\": \"0:0\", "
	"\"modified\": \"1.-5\"}}}",
	"{\"before\": {\"/f\": {\"was\": \"file\", \"mode\": \"0644\", \"owner\": \"4294967295:0\", "
	"\"modified\": \"1.0\"}}}",
	"{\"before\": {\"/f\": {\"was\": \"link\", \"owner\": \"0:0\", \"modified\": \"1.0\"}}}",
	"{\"before\": {\"/f\": {\"was\": \"pipe\", \"target\": \"x\", \"owner\": \"0:0\", "
	"\"modified\": \"1.0\"}}}",
};

START_TEST(what_is_not_understood_does_no_harm)
{
	const char *path, *value;
	struct before before;

	unit_write(&dir, STATE_FILE, odd[_i], 0600);
	ck_assert_int_eq(state_load(&state, root, &err), 0);
	ck_assert(!state_get_before(&state, "/f", &before));
	ck_assert(!state_unit_active(&state, "u"));
	ck_assert(!state_unit_link(&state, "u", 0, &path, &value));
	ck_assert(!state_sysctl(&state, 0, &path, &value));
	ck_assert_ptr_null(state_directory(&state, 0));
	ck_assert(!state_had_route(&state, "x"));
	state_set_unit(&state, "v", true, true);
	state_add_directory(&state, "/d");
	save_and_load();
	ck_assert(state_unit_active(&state, "v"));
}
END_TEST

/* A neighbour on the wire can advertise as many prefixes as he likes. */
START_TEST(many_routes_are_remembered)
{
	char route[64];

	for (int i = 0; i < 10000; i++) {
		snprintf(route, sizeof(route), "2001:db8:%x::/64 via - metric 256 proto 2", i);
		state_add_route(&state, route);
	}
	save_and_load();
	ck_assert(state_had_route(&state, "2001:db8:0::/64 via - metric 256 proto 2"));
	ck_assert(state_had_route(&state, "2001:db8:270f::/64 via - metric 256 proto 2"));
	ck_assert(!state_had_route(&state, "2001:db8:2710::/64 via - metric 256 proto 2"));
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("state_before");

	tcase_add_checked_fixture(tcase, state_setup, state_teardown);
	tcase_add_test(tcase, files_are_remembered_as_they_were);
	tcase_add_test(tcase, the_first_record_stands);
	tcase_add_test(tcase, lists_are_kept_in_order_and_once);
	tcase_add_test(tcase, units_have_their_links);
	tcase_add_test(tcase, many_routes_are_remembered);
	unit_add_table(tcase, what_is_not_understood_does_no_harm, odd);
	return unit_finish();
}
