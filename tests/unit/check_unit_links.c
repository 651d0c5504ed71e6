/* SPDX-License-Identifier: MIT */
#include "state_case.h"

#include <string.h>
#include <unistd.h>

#include "apply/state_before.h"
#include "apply/unit_links.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file_link.h"

#define UNIT "ndppd.service"
#define DIRECTORY "/etc/systemd/system"
#define MULTI_USER DIRECTORY "/multi-user.target.wants/" UNIT
#define DEVICE DIRECTORY "/sys-subsystem-net-devices-enp1s0.device.wants/" UNIT
#define REQUIRED DIRECTORY "/own.target.requires/" UNIT

static void setup(void)
{
	state_setup();
	unit_write(&dir, DIRECTORY "/multi-user.target.wants/other.service", "", 0644);
	unit_write(&dir, DIRECTORY "/" UNIT, "", 0644);
}

static void link_to(const char *path, const char *target)
{
	ck_assert_msg(file_symlink(root, path, target, NULL, &err) == 0, "%s", err.text);
}

static bool leads_to(const char *path, const char *expected)
{
	CLEANUP(buf_clear) struct buf target = BUF_INIT;
	struct file_meta meta;

	return file_look(root, path, &meta, &target, NULL) == 0 &&
	       !strcmp(buf_str(&target), expected);
}

static bool differ(void)
{
	bool differ;

	ck_assert_msg(unit_links_differ(root, &state, UNIT, &differ, &err) == 0, "%s", err.text);
	return differ;
}

static void record(void)
{
	state_set_unit(&state, UNIT, true, false);
	ck_assert_msg(unit_links_record(root, &state, UNIT, &err) == 0, "%s", err.text);
	ck_assert_int_eq(state_save(&state, root, &err), 0);
	ck_assert_int_eq(state_load(&state, root, &err), 0);
	ck_assert(!differ());
}

static void restore(void)
{
	ck_assert(differ());
	ck_assert_msg(unit_links_restore(root, &state, UNIT, &err) == 0, "%s", err.text);
	ck_assert(!differ());
}

START_TEST(what_was_not_enabled_is_disabled)
{
	record();
	link_to(MULTI_USER, "/etc/systemd/system/" UNIT);
	link_to(DEVICE, "/etc/systemd/system/" UNIT);
	restore();
	ck_assert(!file_exists(root, DIRECTORY "/sys-subsystem-net-devices-enp1s0.device.wants"));
	ck_assert(file_exists(root, DIRECTORY "/multi-user.target.wants/other.service"));
	ck_assert(file_exists(root, DIRECTORY "/" UNIT));
}
END_TEST

START_TEST(the_links_of_before_come_back)
{
	link_to(REQUIRED, "/usr/lib/systemd/system/" UNIT);
	link_to(MULTI_USER, "../elsewhere");
	record();
	ck_assert_int_eq(file_remove(root, REQUIRED, &err), 0);
	link_to(MULTI_USER, "/etc/systemd/system/" UNIT);
	link_to(DEVICE, "/etc/systemd/system/" UNIT);
	restore();
	ck_assert(leads_to(REQUIRED, "/usr/lib/systemd/system/" UNIT));
	ck_assert(leads_to(MULTI_USER, "../elsewhere"));
	ck_assert(!file_exists(root, DEVICE));
}
END_TEST

/* Its owner's, and not one that we made before another unit was recorded. */
START_TEST(an_empty_directory_of_before_stays)
{
	link_to(DIRECTORY "/graphical.target.wants/" UNIT, "x");
	record();
	ck_assert_int_eq(file_remove(root, DIRECTORY "/graphical.target.wants/" UNIT, &err), 0);
	link_to(DEVICE, "x");
	state_set_unit(&state, "wg-quick@wg0.service", false, false);
	ck_assert_int_eq(unit_links_record(root, &state, "wg-quick@wg0.service", &err), 0);
	link_to(DIRECTORY "/graphical.target.wants/wg-quick@wg0.service", "x");
	ck_assert_int_eq(unit_links_restore(root, &state, "wg-quick@wg0.service", &err), 0);
	restore();
	ck_assert(file_exists(root, DIRECTORY "/graphical.target.wants"));
	ck_assert(!file_exists(root, DIRECTORY "/sys-subsystem-net-devices-enp1s0.device.wants"));
}
END_TEST

START_TEST(without_any_directory_there_is_no_link)
{
	record();
	state_set_unit(&state, "wg-quick@wg0.service", false, false);
	ck_assert_int_eq(unit_links_restore(root, &state, "wg-quick@wg0.service", &err), 0);
	ck_assert(!differ());
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("unit_links");

	tcase_add_checked_fixture(tcase, setup, state_teardown);
	tcase_add_test(tcase, what_was_not_enabled_is_disabled);
	tcase_add_test(tcase, the_links_of_before_come_back);
	tcase_add_test(tcase, an_empty_directory_of_before_stays);
	tcase_add_test(tcase, without_any_directory_there_is_no_link);
	return unit_finish();
}
