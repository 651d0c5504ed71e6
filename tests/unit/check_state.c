/* SPDX-License-Identifier: MIT */
#include "state_case.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/state_before.h"
#include "apply/ufw.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "sample.h"

#define FILE_STATE STATE_DIR "/state.json"
#define FILE_METADATA STATE_DIR "/metadata.json"

static const struct before absent = {.kind = BEFORE_ABSENT};
static bool is_ours(const char *path, const char *text)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT;

	buf_adds(&content, text);
	return state_is_ours(&state, path, &content);
}

static void set_ours(const char *path, const char *text)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT;

	buf_adds(&content, text);
	state_set_ours(&state, path, &content);
}

START_TEST(a_machine_never_touched_has_an_empty_state)
{
	struct site_memory memory[CONF_SITES_MAX];
	const char *path, *copy;

	ck_assert(!is_ours("/etc/ndppd.conf", ""));
	ck_assert(!state_knows_before(&state, "/etc/ndppd.conf"));
	ck_assert(!state_is_pending(&state, STAGE_TUNNEL));
	ck_assert(!state_ufw_before(&state, "allow 51820/udp comment WireGuard"));
	ck_assert(!state_get_kept(&state, 0, &path, &copy));
	ck_assert_uint_eq(state_sites(&state, memory), 0);
	ck_assert_ptr_null(state_text(&state, "wg_interface"));
	ck_assert_ptr_null(state_site_text(&state, "home", "handshake"));
	ck_assert_ptr_null(state_record_time(&state));
	ck_assert_uint_eq(state_record_count(&state), 0);
	ck_assert(!file_exists(root, STATE_DIR));
}
END_TEST

START_TEST(what_we_wrote_is_ours)
{
	set_ours("/etc/ndppd.conf", "content\n");
	save_and_load();
	ck_assert(is_ours("/etc/ndppd.conf", "content\n"));
	ck_assert(!is_ours("/etc/ndppd.conf", "content"));
	ck_assert(!is_ours("/etc/ndppd.conf", "Content\n"));
	ck_assert(!is_ours("/etc/other.conf", "content\n"));
	set_ours("/etc/ndppd.conf", "newer\n");
	ck_assert(is_ours("/etc/ndppd.conf", "newer\n"));
	ck_assert(!is_ours("/etc/ndppd.conf", "content\n"));
}
END_TEST

START_TEST(what_was_given_back_is_not_ours)
{
	set_ours("/etc/ndppd.conf", "content\n");
	set_ours("/etc/other.conf", "content\n");
	state_forget_ours(&state, "/etc/ndppd.conf");
	save_and_load();
	ck_assert(!is_ours("/etc/ndppd.conf", "content\n"));
	ck_assert(!state_has_written(&state, "/etc/ndppd.conf"));
	ck_assert(is_ours("/etc/other.conf", "content\n"));
}
END_TEST

/* Both are: a run that is cut short leaves the one or the other. */
START_TEST(what_we_were_about_to_write_is_ours)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT;

	set_ours("/etc/ndppd.conf", "older\n");
	buf_adds(&content, "newer\n");
	state_set_writing(&state, "/etc/ndppd.conf", &content);
	save_and_load();
	ck_assert(is_ours("/etc/ndppd.conf", "older\n"));
	ck_assert(is_ours("/etc/ndppd.conf", "newer\n"));
	ck_assert(!is_ours("/etc/other.conf", "newer\n"));
	set_ours("/etc/ndppd.conf", "newer\n");
	save_and_load();
	ck_assert(!is_ours("/etc/ndppd.conf", "older\n"));
	ck_assert(is_ours("/etc/ndppd.conf", "newer\n"));
	set_ours("/etc/ndppd.conf", "newest\n");
	ck_assert(!is_ours("/etc/ndppd.conf", "newer\n"));
}
END_TEST

START_TEST(pending_stages_stay_until_they_are_done)
{
	state_set_pending(&state, STAGE_TUNNEL, true);
	state_set_pending(&state, STAGE_SSHD, true);
	state_set_pending(&state, STAGE_SSHD, true);
	save_and_load();
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		ck_assert_int_eq(state_is_pending(&state, (enum stage)stage),
				 stage == STAGE_TUNNEL || stage == STAGE_SSHD);
	state_set_pending(&state, STAGE_TUNNEL, false);
	state_set_pending(&state, STAGE_NDPPD, false);
	save_and_load();
	ck_assert(!state_is_pending(&state, STAGE_TUNNEL));
	ck_assert(state_is_pending(&state, STAGE_SSHD));
}
END_TEST

START_TEST(copies_are_listed)
{
	const char *path, *copy;

	state_set_kept(&state, "/etc/ndppd.conf", STATE_DIR "/before/etc/ndppd.conf");
	state_set_kept(&state, "/etc/x", STATE_DIR "/kept/etc/x.1");
	state_set_kept(&state, "/etc/x", STATE_DIR "/kept/etc/x.2");
	save_and_load();
	ck_assert(state_get_kept(&state, 0, &path, &copy));
	ck_assert_str_eq(path, "/etc/ndppd.conf");
	ck_assert_str_eq(copy, STATE_DIR "/before/etc/ndppd.conf");
	ck_assert(state_get_kept(&state, 1, &path, &copy));
	ck_assert_str_eq(path, "/etc/x");
	ck_assert_str_eq(copy, STATE_DIR "/kept/etc/x.2");
	ck_assert(!state_get_kept(&state, 2, &path, &copy));
}
END_TEST

START_TEST(firewall_rules_are_known_by_their_words)
{
	state_set_ufw_rule(&state, "route allow in on wg0", UFW_ADDED);
	state_set_ufw_rule(&state, "route allow out on wg0", UFW_ADDED);
	state_set_ufw_rule(&state, "route allow out on wg0", NULL);
	save_and_load();
	ck_assert(state_ufw_before(&state, "route allow in on wg0"));
	ck_assert(!state_ufw_before(&state, "route allow out on wg0"));
	ck_assert(!state_ufw_before(&state, "route allow in on wg1"));
}
END_TEST

START_TEST(sites_keep_their_prefixes)
{
	struct relay relay = sample_relay("[site home]\n[site cabin]\n[site waiting]\n");
	struct site_memory memory[CONF_SITES_MAX];

	for (size_t i = 0; i < relay.site_count; i++)
		state_set_site(&state, &relay.sites[i]);
	state_set_site_text(&state, "cabin", "handshake", "key");
	save_and_load();
	ck_assert_uint_eq(state_sites(&state, memory), 2);
	ck_assert_str_eq(memory[0].name, "home");
	ck_assert_str_eq(prefix_text(&memory[0].prefix).s, "2001:db8:0:2::/64");
	ck_assert_str_eq(memory[1].name, "cabin");
	ck_assert_str_eq(prefix_text(&memory[1].prefix).s, "2001:db8:0:3::/64");
	ck_assert_str_eq(state_site_text(&state, "cabin", "handshake"), "key");
	ck_assert_ptr_null(state_site_text(&state, "home", "handshake"));
	relay.sites[1].state = SITE_WAITING;
	state_set_site(&state, &relay.sites[1]);
	save_and_load();
	ck_assert_uint_eq(state_sites(&state, memory), 1);
	ck_assert_str_eq(state_site_text(&state, "cabin", "handshake"), "key");
}
END_TEST

START_TEST(texts_come_and_go)
{
	state_set_text(&state, "waiting", "for\n\"you\" \xc3\xbc");
	state_set_text(&state, "wg_interface", "wg0");
	save_and_load();
	ck_assert_str_eq(state_text(&state, "waiting"), "for\n\"you\" \xc3\xbc");
	state_set_text(&state, "waiting", NULL);
	state_set_text(&state, "nothing", NULL);
	state_set_site_text(&state, "home", "announced", NULL);
	save_and_load();
	ck_assert_ptr_null(state_text(&state, "waiting"));
	ck_assert_str_eq(state_text(&state, "wg_interface"), "wg0");
}
END_TEST

START_TEST(the_last_apply_is_on_record)
{
	state_start_record(&state, "2026-01-01T00:00:00Z");
	state_add_record(&state, "write /etc/x");
	state_start_record(&state, "2026-11-23T04:55:00Z");
	state_add_record(&state, "write /etc/ndppd.conf");
	state_add_record(&state, "restart ndppd.service");
	save_and_load();
	ck_assert_str_eq(state_record_time(&state), "2026-11-23T04:55:00Z");
	ck_assert_uint_eq(state_record_count(&state), 2);
	ck_assert_str_eq(state_record_line(&state, 0), "write /etc/ndppd.conf");
	ck_assert_str_eq(state_record_line(&state, 1), "restart ndppd.service");
	ck_assert_ptr_null(state_record_line(&state, 2));
}
END_TEST

static struct stat stat_of(const char *path)
{
	CLEANUP(buf_clear) struct buf host = BUF_INIT;
	struct stat st;

	buf_addf(&host, "%s%s", dir.s, path);
	ck_assert_int_eq(stat(buf_str(&host), &st), 0);
	return st;
}

START_TEST(a_state_is_private_and_written_when_it_differs)
{
	struct stat before;

	state_set_text(&state, "a", "b");
	save_and_load();
	unit_assert_mode(&dir, STATE_DIR, 0700);
	unit_assert_mode(&dir, FILE_STATE, 0600);
	before = stat_of(FILE_STATE);
	state_set_text(&state, "a", "b");
	state_set_before(&state, "/a", &absent);
	save_and_load();
	ck_assert_msg(before.st_ino != stat_of(FILE_STATE).st_ino, "not written");
	before = stat_of(FILE_STATE);
	state_set_before(&state, "/a", &absent);
	state_set_pending(&state, STAGE_TUNNEL, true);
	state_set_pending(&state, STAGE_TUNNEL, false);
	set_ours("/x", "y");
	save_and_load();
	ck_assert_msg(before.st_ino != stat_of(FILE_STATE).st_ino, "not written");
	before = stat_of(FILE_STATE);
	set_ours("/x", "y");
	state_set_text(&state, "a", "b");
	state_set_pending(&state, STAGE_TUNNEL, false);
	save_and_load();
	ck_assert_msg(before.st_ino == stat_of(FILE_STATE).st_ino, "written for nothing");
}
END_TEST

static const char *const corrupt[] = {"", "{", "[]", "null", "\"x\"", "{} {", "\0", "garbage\n"};

START_TEST(a_state_that_cannot_be_understood_is_named)
{
	unit_write(&dir, FILE_STATE, corrupt[_i], 0600);
	ck_assert_msg(state_load(&state, root, &err) == -EINVAL, "%s", corrupt[_i]);
	ck_assert_msg(strstr(err.text, FILE_STATE), "%s", err.text);
	unit_assert_file(&dir, FILE_STATE, corrupt[_i]);
}
END_TEST

/* Of the right form, with values of other types: as if they weren't there. */
static const char *const odd[] = {
	"{\"written\": 7, \"before\": [], \"pending\": \"x\", \"kept\": 1, \"ufw\": null}",
	"{\"sites\": {\"home\": {\"prefix\": 7}}, \"last_apply\": \"yesterday\"}",
	"{\"sites\": {\"home\": {\"prefix\": \"2001:db8::/48\"}}, \"last_apply\": {\"changed\": 1}}",
	"{\"sites\": {\"home\": {\"prefix\": \"fd00::/64\"}}}",
	"{\"sites\": {\"home\": {\"prefix\": \"2001:db8::1/64\"}}}",
	"{\"sites\": {\"a-name-that-is-too-long\": {\"prefix\": \"2001:db8:0:1::/64\"}}}",
	"{\"sites\": [\"home\"], \"written\": {\"/etc/x\": 7}, \"kept\": {\"/etc/x\": 7}}",
	"{\"sites\": [{\"prefix\": \"2001:db8:0:1::/64\"}], \"kept\": [\"x\"]}",
};

START_TEST(values_of_another_type_do_no_harm)
{
	struct site_memory memory[CONF_SITES_MAX];
	const char *path, *copy;

	unit_write(&dir, FILE_STATE, odd[_i], 0600);
	ck_assert_msg(state_load(&state, root, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(state_sites(&state, memory), 0);
	ck_assert(!state_get_kept(&state, 0, &path, &copy));
	ck_assert(!state_knows_before(&state, "/etc/x"));
	ck_assert(!is_ours("/etc/x", ""));
	ck_assert(!state_is_pending(&state, STAGE_TUNNEL));
	ck_assert_uint_eq(state_record_count(&state), 0);
	ck_assert_ptr_null(state_record_time(&state));
	set_ours("/etc/x", "x");
	state_set_before(&state, "/etc/x", &absent);
	state_set_pending(&state, STAGE_TUNNEL, true);
	state_set_kept(&state, "/etc/x", "copy");
	state_start_record(&state, "now");
	state_add_record(&state, "line");
	save_and_load();
	ck_assert(is_ours("/etc/x", "x"));
	ck_assert(state_is_pending(&state, STAGE_TUNNEL));
	ck_assert_uint_eq(state_record_count(&state), 1);
}
END_TEST

/* Which one of two counts nobody knows, and what would be set is not what would be read. */
static const struct {
	const char *path, *content, *says;
} twice[] = {
	{FILE_STATE, "{\"silent\": 7, \"silent\": \"x\"}", FILE_STATE ": silent: given twice"},
	{FILE_STATE, "{\"routes\": {}, \"routes\": [\"default dev enp1s0\"]}",
	 FILE_STATE ": routes: given twice"},
	{FILE_STATE, "{\"before\": {\"/etc/x\": {\"was\": \"file\", \"was\": \"absent\"}}}",
	 FILE_STATE ": before./etc/x.was: given twice"},
	{FILE_STATE, "{\"a\\u0000b\": 1, \"a\\u0000c\": 2}", FILE_STATE ": a: given twice"},
	{STATE_RECORDS, "{\"units\": {\"u.service\": {}, \"u.service\": {}}}",
	 STATE_RECORDS ": units.u.service: given twice"},
};

START_TEST(a_state_that_says_a_thing_twice_is_refused)
{
	unit_write(&dir, twice[_i].path, twice[_i].content, 0600);
	ck_assert_int_eq(state_load(&state, root, &err), -EINVAL);
	ck_assert_str_eq(err.text, twice[_i].says);
	unit_assert_file(&dir, twice[_i].path, twice[_i].content);
}
END_TEST

/* A state that another version has written: what it has and this one doesn't know stays; a format
 * that this one would misread is refused, in either copy, and not written over. */
static const struct {
	const char *path, *content;
	bool refused;
} versions[] = {
	{FILE_STATE, "{\"wg_interface\": \"wg0\"}", false},
	{FILE_STATE, "{\"wg_interface\": \"wg0\", \"format\": 1, \"later\": {\"a\": 1}}", false},
	{STATE_RECORDS, "{\"wg_interface\": \"wg0\", \"format\": 1}", false},
	{FILE_STATE, "{\"wg_interface\": \"wg0\", \"format\": 2}", true},
	{FILE_STATE, "{\"format\": \"later\"}", true},
	{STATE_RECORDS, "{\"wg_interface\": \"wg0\", \"format\": 2}", true},
};

/* What is larger than a run reads would stop every command, the way back too. */
START_TEST(a_state_that_could_not_be_read_is_not_written)
{
	CLEANUP(buf_clear) struct buf large = BUF_INIT;

	state_set_text(&state, "proof", "as it was");
	save_and_load();
	for (int i = 0; i < 20000; i++)
		buf_addf(&large, "%01000d", i);
	state_set_text(&state, "proof", buf_str(&large));
	ck_assert_int_eq(state_save_records(&state, root, &err), -EFBIG);
	ck_assert_ptr_nonnull(strstr(err.text, STATE_FILE));
	ck_assert_int_eq(state_load(&state, root, &err), 0);
	ck_assert_str_eq(state_text(&state, "proof"), "as it was");
}
END_TEST

START_TEST(a_state_of_another_version)
{
	CLEANUP(buf_clear) struct buf saved = BUF_INIT;
	int r;

	unit_write(&dir, versions[_i].path, versions[_i].content, 0600);
	r = state_load(&state, root, &err);
	if (versions[_i].refused) {
		ck_assert_int_eq(r, -EINVAL);
		ck_assert_msg(strstr(err.text, "newer sixrelay"), "%s", err.text);
		unit_assert_file(&dir, versions[_i].path, versions[_i].content);
		return;
	}
	ck_assert_msg(r == 0, "%s", err.text);
	ck_assert_str_eq(state_text(&state, "wg_interface"), "wg0");
	state_set_text(&state, "listen_port", "51820");
	save_and_load();
	buf_add(&saved, state.on_disk.data, state.on_disk.len);
	ck_assert(strstr(buf_str(&saved), "\"format\":\t1"));
	ck_assert(!strstr(versions[_i].content, "later") || strstr(buf_str(&saved), "\"later\""));
}
END_TEST

START_TEST(the_metadata_is_remembered)
{
	struct instance instance = sample_instance(), back;
	struct stat before;

	ck_assert_int_eq(state_load_instance(root, &back, &err), -ENOENT);
	ck_assert_str_eq(err.text, "");
	ck_assert_int_eq(state_save_instance(root, &instance, &err), 0);
	unit_assert_mode(&dir, FILE_METADATA, 0600);
	before = stat_of(FILE_METADATA);
	ck_assert_int_eq(state_save_instance(root, &instance, &err), 0);
	ck_assert_msg(before.st_ino == stat_of(FILE_METADATA).st_ino, "written for nothing");
	ck_assert_int_eq(state_load_instance(root, &back, &err), 0);
	ck_assert_str_eq(back.id, instance.id);
	ck_assert_uint_eq(back.reserved_count, 2);
	ck_assert(prefix_equal(&back.reserved[1], &instance.reserved[1]));
	unit_write(&dir, FILE_METADATA, "{", 0600);
	ck_assert_int_eq(state_load_instance(root, &back, &err), -EINVAL);
}
END_TEST

START_TEST(a_script_has_its_file)
{
	ck_assert_str_eq(state_script_path("home").s, STATE_DIR "/script-home.rsc");
	ck_assert_str_eq(state_script_path("abcdefghijklmno").s,
			 STATE_DIR "/script-abcdefghijklmno.rsc");
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("state");

	tcase_add_checked_fixture(tcase, state_setup, state_teardown);
	unit_add_table(tcase, a_state_that_cannot_be_understood_is_named, corrupt);
	unit_add_table(tcase, values_of_another_type_do_no_harm, odd);
	tcase_add_test(tcase, a_state_that_could_not_be_read_is_not_written);
	unit_add_table(tcase, a_state_that_says_a_thing_twice_is_refused, twice);
	unit_add_table(tcase, a_state_of_another_version, versions);
	tcase_add_test(tcase, a_machine_never_touched_has_an_empty_state);
	tcase_add_test(tcase, what_we_wrote_is_ours);
	tcase_add_test(tcase, what_was_given_back_is_not_ours);
	tcase_add_test(tcase, what_we_were_about_to_write_is_ours);
	tcase_add_test(tcase, pending_stages_stay_until_they_are_done);
	tcase_add_test(tcase, copies_are_listed);
	tcase_add_test(tcase, firewall_rules_are_known_by_their_words);
	tcase_add_test(tcase, sites_keep_their_prefixes);
	tcase_add_test(tcase, texts_come_and_go);
	tcase_add_test(tcase, the_last_apply_is_on_record);
	tcase_add_test(tcase, a_state_is_private_and_written_when_it_differs);
	tcase_add_test(tcase, the_metadata_is_remembered);
	tcase_add_test(tcase, a_script_has_its_file);
	return unit_finish();
}
