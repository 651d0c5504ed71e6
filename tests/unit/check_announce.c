/* SPDX-License-Identifier: MIT */
/* When something is announced, and what is kept of it; check_console has the consoles. */
#include "unit.h"

#include <unistd.h>

#include "apply/announce.h"
#include "apply/plan.h"
#include "apply/state.h"
#include "sample.h"

static struct unit_path dir;
static int root;
static struct state state;
static struct conf conf;
static struct relay relay;
static struct note notes[1];
static struct plan plan;

static void setup(void)
{
	dir = unit_directory(&root);
	ck_assert_int_eq(state_load(&state, root, NULL), 0);
	conf = sample_conf("");
	conf.console_count = 0;
	relay = sample_relay("");
	plan = (struct plan){.notes = notes};
}

static void teardown(void)
{
	state_clear(&state);
	close(root);
}

/* Whether there is something to say, and whether that is a script. */
static void assert_announced(bool anything, bool script)
{
	const struct announce a = {
		.root = root, .conf = &conf, .relay = &relay, .plan = &plan, .state = &state};
	struct error err = ERROR_INIT;
	struct announced announced;

	ck_assert_msg(announce(&a, &announced, &err) == 0, "%s", err.text);
	ck_assert_int_eq(announced.anything, anything);
	ck_assert_int_eq(announced.script, script);
	ck_assert_uint_eq(announced.failed, 0);
}

static const enum announce_secret secrets[] = {ANNOUNCE_ALWAYS, ANNOUNCE_UNTIL_HANDSHAKE,
					       ANNOUNCE_NEVER};

START_TEST(a_script_is_told_once_and_kept_to_root)
{
	conf.announce_secret = secrets[_i];
	assert_announced(true, true);
	unit_assert_mode(&dir, state_script_path(relay.sites[0].name).s, 0600);
	assert_announced(false, false);
	relay.sites[0].lan_bridge[0] = 'x';
	assert_announced(true, true);
	assert_announced(false, false);
}
END_TEST

START_TEST(a_script_is_not_told_before_the_vps_can_be_reached)
{
	relay.has_endpoint = false;
	assert_announced(false, false);
	relay.has_endpoint = true;
	relay.sites[0].state = SITE_WAITING;
	assert_announced(false, false);
}
END_TEST

static const struct {
	bool on_console, told, said;
} said[] = {
	{true, false, true},
	{true, true, false},
	{false, false, false},
};

START_TEST(a_note_is_told_that_was_not)
{
	static char text[] = "something is waited for";

	assert_announced(true, true);
	notes[0] = (struct note){.kind = NOTE_WARNING,
				 .text = text,
				 .on_console = said[_i].on_console,
				 .told = said[_i].told};
	plan.note_count = 1;
	assert_announced(said[_i].said, false);
}
END_TEST

START_TEST(a_prefix_that_is_back_is_told_once)
{
	assert_announced(true, true);
	relay.sites[0].state = SITE_DETACHED;
	assert_announced(false, false);
	relay.sites[0].state = SITE_READY;
	assert_announced(true, false);
	assert_announced(false, false);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("announce");

	tcase_add_checked_fixture(tcase, setup, teardown);
	unit_add_table(tcase, a_script_is_told_once_and_kept_to_root, secrets);
	tcase_add_test(tcase, a_script_is_not_told_before_the_vps_can_be_reached);
	unit_add_table(tcase, a_note_is_told_that_was_not, said);
	tcase_add_test(tcase, a_prefix_that_is_back_is_told_once);
	return unit_finish();
}
