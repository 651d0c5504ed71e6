/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "prove/check.h"
#include "prove/clock.h"
#include "prove/handshake.h"
#include "prove/ndppd.h"
#include "prove/sshd.h"
#include "prove/upstream_check.h"

static struct check check;

static void setup(void)
{
	check = (struct check){.result = CHECK_SKIP};
}

/* A failure says what was seen, why, and what to do. */
static void assert_check(enum check_result result, const char *seen)
{
	ck_assert_msg(check.result == result, "%s, not %s: %s", check_word(check.result),
		      check_word(result), check.seen);
	ck_assert_msg(strstr(check.seen, seen), "'%s' is not in '%s'", seen, check.seen);
	ck_assert_int_eq(*check.cause != '\0', result == CHECK_FAIL);
	ck_assert_int_eq(*check.advice != '\0', result == CHECK_FAIL);
}

#define NOW 1795392000

static const struct {
	struct clock_facts facts;
	enum check_result result;
	const char *seen;
} clocks[] = {
	{{.now = NOW, .service = NOW}, CHECK_PASS, "within"},
	{{.now = NOW + 60, .service = NOW}, CHECK_PASS, "within"},
	{{.now = NOW - 60, .service = NOW}, CHECK_PASS, "within"},
	{{.now = NOW + 61, .service = NOW}, CHECK_FAIL, "61 s ahead"},
	{{.now = NOW - 61, .service = NOW}, CHECK_FAIL, "61 s behind"},
	{{.now = NOW + 7300, .service = NOW}, CHECK_FAIL, "2 h ahead"},
	{{.now = 1000, .service = NOW}, CHECK_FAIL, "20779 d behind"},
	{{.now = NOW}, CHECK_SKIP, "no time to compare"},
	{{.now = NOW, .applied = NOW - 86400, .handshake = NOW - 20}, CHECK_SKIP, "no time"},
	{{.now = NOW, .applied = NOW + 86400}, CHECK_FAIL, "apply was 24 h later"},
	{{.now = NOW, .handshake = NOW + 3600}, CHECK_FAIL, "handshake was 60 min later"},
	{{.now = NOW, .service = NOW, .handshake = NOW + 3600}, CHECK_FAIL, "handshake was 60 min"},
	{{.now = NOW, .service = NOW, .applied = NOW + 10, .handshake = NOW + 10},
	 CHECK_PASS,
	 "within"},
};

START_TEST(a_clock_that_is_off_is_found)
{
	clock_judge(&check, &clocks[_i].facts);
	assert_check(clocks[_i].result, clocks[_i].seen);
}
END_TEST

#define SECOND 1000000ull
#define RUNNING .active_state = "active", .sub_state = "running", .pid = 7
#define HEARS .has_sockets = true, .listens = true, .allmulti = true

static const struct {
	struct ndppd_facts facts;
	enum check_result result;
	const char *seen;
} daemons[] = {
	{{.service = {RUNNING}, HEARS}, CHECK_PASS, "listens on enp1s0"},
	{{.service = {RUNNING}, .allmulti = true}, CHECK_PASS, "listens on enp1s0"},
	{{.service = {RUNNING}, HEARS, .busy = 69}, CHECK_PASS, "listens"},
	{{.service = {RUNNING}, HEARS, .busy = 70}, CHECK_FAIL, "70 % of a processor"},
	{{.service = {RUNNING}, .has_sockets = true, .allmulti = true, .busy = 99},
	 CHECK_FAIL,
	 "deaf: it doesn't listen on enp1s0"},
	{{.service = {RUNNING}, .has_sockets = true, .listens = true}, CHECK_FAIL, "ALLMULTI"},
	{{.service = {RUNNING}, HEARS, .disabled = true}, CHECK_FAIL, "won't start at boot"},
	{{.service = {RUNNING}, HEARS, .wrong = "changed"}, CHECK_FAIL, "/etc/ndppd.conf: changed"},
	{{.service = {.active_state = "inactive", .sub_state = "dead"}}, CHECK_FAIL, "inactive"},
	{{.service = {.active_state = "failed", .sub_state = "failed"}}, CHECK_FAIL, "failed"},
	/* an init script that ended well, and left no process */
	{{.service = {.active_state = "active", .sub_state = "exited"}}, CHECK_FAIL, "nobody"},
	{{.service = {.active_state = "activating", .sub_state = "auto-restart", .restarts = 5}},
	 CHECK_FAIL,
	 "5 restarts"},
	/* caught between two restarts, just started */
	{{.service = {RUNNING, .restarts = 9, .started_us = 1000 * SECOND},
	  HEARS,
	  .now_us = 1001 * SECOND},
	 CHECK_FAIL,
	 "restarted 9 times"},
	/* long ago */
	{{.service = {RUNNING, .restarts = 9, .started_us = 1000 * SECOND},
	  HEARS,
	  .now_us = 5000 * SECOND},
	 CHECK_PASS,
	 "listens"},
	{{.service = {RUNNING, .restarts = 1, .started_us = 1000 * SECOND},
	  HEARS,
	  .now_us = 1001 * SECOND},
	 CHECK_PASS,
	 "listens"},
};

START_TEST(an_ndppd_that_does_not_answer_is_found)
{
	ndppd_judge(&check, &daemons[_i].facts, "enp1s0");
	assert_check(daemons[_i].result, daemons[_i].seen);
}
END_TEST

/* As the kernel prints it; the last socket's interface was taken away. */
#define PACKET                                                                                     \
	"sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n"                        \
	"000000000f7f1a6b 3      3    86dd   2     1 0      0      2406\n"                         \
	"00000000ac6b0d1c 3      3    0003   3     1 0      0      2410\n"                         \
	"0000000058a1f6c9 3      3    86dd   -1    0 0      0      2500\n"

static const struct {
	uint64_t inodes[2];
	int index;
	bool have;
} sockets[] = {
	{{2406, 1}, 2, true},  {{1, 2406}, 2, true},  {{2410, 1}, 3, true},
	{{2406, 1}, 3, false}, {{2500, 1}, 2, false}, {{1, 240}, 2, false},
};

START_TEST(a_socket_without_its_interface_is_found)
{
	ck_assert_int_eq(packet_sockets_have(PACKET, sockets[_i].inodes, 2, sockets[_i].index),
			 sockets[_i].have);
	ck_assert(!packet_sockets_have("", sockets[_i].inodes, 2, sockets[_i].index));
}
END_TEST

static const struct {
	const char *stat;
	bool good;
	uint64_t ticks;
} stats[] = {
	{"7 (ndppd) S 1 7 7 0 -1 4194560 193 0 0 0 12 30 0 0 20 0 1 0 1037 6430720 1184", true, 42},
	{"7 (a ) b) R 1 7 7 0 -1 4194560 193 0 0 0 1 2 0 0 20 0 1 0 1037", true, 3},
	{"7 (ndppd) S 1 7", false, 0},
	{"", false, 0},
};

START_TEST(processor_time_is_read)
{
	uint64_t ticks = 0;

	ck_assert_int_eq(process_ticks(stats[_i].stat, &ticks), stats[_i].good);
	ck_assert_uint_eq(ticks, stats[_i].ticks);
}
END_TEST

#define BAN                                                                                        \
	{                                                                                          \
		.rule = "-A f2b-all -j DROP", .chain = "f2b-all", .table = "filter of iptables"    \
	}
#define OLD .tunnel_age = 3600
#define SEEN OLD, .seen = true, .age = 20, .endpoint = "198.51.100.7:13231"

static const struct {
	struct handshake_facts facts;
	enum check_result result;
	const char *seen, *cause; /* words of them */
} tunnels[] = {
	{{SEEN, .answered = true, .received = 2048}, CHECK_PASS, "20 s ago", ""},
	{{SEEN, .alive = true}, CHECK_PASS, "20 s ago", ""},
	{{.answered = true}, CHECK_PASS, "the router answers", ""},
	{{SEEN}, CHECK_FAIL, "20 s ago", "firewall group"},
	{{SEEN, .pinged = true}, CHECK_FAIL, "nothing from the router", "router is off"},
	{{SEEN, .pinged = true, .endpoint_answers = true},
	 CHECK_FAIL,
	 "nothing from the router",
	 "UDP 51820 is dropped on its way"},
	{{OLD}, CHECK_FAIL, "no handshake yet", "script isn't in the router"},
	{{.tunnel_age = -1}, CHECK_FAIL, "no handshake yet", "script isn't in the router"},
	{{.tunnel_age = 6}, CHECK_FAIL, "nobody asks", "started 6 s ago"},
	{{.tunnel_age = 6, .data_in = 3}, CHECK_FAIL, "session that the VPS", "started anew"},
	{{OLD, .port_open = true}, CHECK_FAIL, "no handshake yet", "this site's router"},
	{{OLD, .data_in = 3}, CHECK_FAIL, "session that the VPS", "within a minute"},
	{{.initiations_in = 2}, CHECK_FAIL, "a key that isn't", "another key"},
	{{SEEN, .initiations_in = 2}, CHECK_FAIL, "a key that isn't", "another key"},
	{{.initiations_in = 2, .responses_out = 2}, CHECK_FAIL, "asks again", "preshared key"},
	{{SEEN, .initiations_in = 2, .banned = true, .why = BAN},
	 CHECK_FAIL,
	 "drops it: -A",
	 "is banned"},
	{{SEEN, .banned = true, .why = BAN}, CHECK_FAIL, "drops it: -A f2b", "is banned"},
	/* it was let through before, or by another way */
	{{SEEN, .alive = true, .banned = true, .why = BAN}, CHECK_PASS, "20 s ago", ""},
};

START_TEST(why_there_is_no_handshake)
{
	handshake_judge(&check, &tunnels[_i].facts, 51820, "home");
	assert_check(tunnels[_i].result, tunnels[_i].seen);
	ck_assert_msg(strstr(check.cause, tunnels[_i].cause), "%s", check.cause);
}
END_TEST

#define SSHD(passwords, root, tries, keyboard)                                                     \
	"port 22\nusepam yes\npubkeyauthentication yes\nmaxauthtries " tries                       \
	"\npermitrootlogin " root "\npasswordauthentication " passwords                            \
	"\nkbdinteractiveauthentication " keyboard "\n"

static const struct {
	const char *settings, *keyword; /* NULL: all is well */
} effective[] = {
	{SSHD("no", "without-password", "3", "no"), NULL},
	{SSHD("no", "prohibit-password", "2", "no"), NULL},
	{SSHD("no", "no", "1", "no"), NULL},
	{SSHD("yes", "without-password", "3", "no"), "passwordauthentication"},
	{SSHD("no", "yes", "3", "no"), "permitrootlogin"},
	{SSHD("no", "no", "6", "no"), "maxauthtries"},
	{SSHD("no", "no", "3", "yes"), "kbdinteractiveauthentication"},
	{"passwordauthentication no\npubkeyauthentication yes\npermitrootlogin no\n"
	 "maxauthtries 3\n"
	 "kbdinteractiveauthentication yes\nusepam no\n",
	 NULL},
	{"passwordauthentication no\npubkeyauthentication no\n", "pubkeyauthentication"},
	{"", "passwordauthentication"},
};

START_TEST(sshd_settings_that_let_passwords_in_are_found)
{
	const char *keyword = "?";

	sshd_judge(&check, effective[_i].settings, &keyword);
	ck_assert_int_eq(check.result, effective[_i].keyword ? CHECK_FAIL : CHECK_PASS);
	if (effective[_i].keyword)
		ck_assert_str_eq(keyword, effective[_i].keyword);
	else
		ck_assert_ptr_null(keyword);
}
END_TEST

static const struct {
	const char *text;
	bool sets;
} texts[] = {
	{"PasswordAuthentication yes\n", true},
	{"Port 22\n\tpasswordauthentication=yes", true},
	{"PASSWORDAUTHENTICATION \"yes\"\n", true},
	{"#PasswordAuthentication yes\n", false},
	{"PasswordAuthenticationX yes\n", false},
	{"KbdInteractiveAuthentication yes\n", false},
	{"", false},
};

START_TEST(the_file_that_sets_a_keyword_is_known)
{
	ck_assert_int_eq(sshd_text_sets(texts[_i].text, "passwordauthentication"), texts[_i].sets);
}
END_TEST

/* A proof whose probe got as far; what is given beside that are the proof's other fields. */
#define PROOF(how, ...)                                                                            \
	{                                                                                          \
		.probe = {how}, __VA_ARGS__                                                        \
	}
#define SENT .stage = PROBE_SENT, .sent_us = 1000
#define ASKED .stage = PROBE_SOLICITED, .sent_us = 1000, .solicited_us = 1300, .solicitations = 2
#define ANSWERED .stage = PROBE_ADVERTISED, .solicited_us = 1300, .advertised_us = 1400
#define REPLIED                                                                                    \
	.stage = PROBE_REPLIED, .sent_us = 1000, .solicited_us = 1300, .advertised_us = 1400,      \
	.replied_us = 3900
#define ROUTED .stage = PROBE_REPLIED, .sent_us = 1000, .replied_us = 2000
#define REFUSED .stage = PROBE_NOT_SENT, .send_error = -EPERM
#define LOST .stage = PROBE_NOT_SENT

static const struct {
	struct upstream_proof proof;
	enum ndppd_rule rule;
	enum check_result result;
	const char *seen, *cause; /* words of them */
} proofs[] = {
	{PROOF(REPLIED), NDPPD_STATIC, CHECK_PASS, "asked for after 0.30 ms", ""},
	{PROOF(REPLIED), NDPPD_STATIC, CHECK_PASS, "reply after 2.50 ms", ""},
	{PROOF(ROUTED), NDPPD_STATIC, CHECK_PASS, "didn't have to ask", ""},
	{PROOF(ASKED), NDPPD_STATIC, CHECK_FAIL, "no advertisement", "ndppd doesn't answer"},
	{PROOF(ASKED), NDPPD_AUTO, CHECK_FAIL, "2 times", "rule auto"},
	{PROOF(ANSWERED), NDPPD_STATIC, CHECK_FAIL, "no reply", "upstream drops"},
	{PROOF(ANSWERED, .strangers = 1), NDPPD_STATIC, CHECK_FAIL, "another machine", "elsewhere"},
	{PROOF(SENT, .probe_count = 8), NDPPD_STATIC, CHECK_FAIL, "no solicitation", "detached"},
	{PROOF(SENT, .nobody_answers = true), NDPPD_STATIC, CHECK_SKIP, "nobody else to ask", ""},
	{PROOF(SENT, .gateway_silent = true), NDPPD_STATIC, CHECK_FAIL, "no solicit", "wrong NIC"},
	{PROOF(REFUSED), NDPPD_STATIC, CHECK_FAIL, "not permitted", "firewall drops it"},
	{PROOF(LOST), NDPPD_STATIC, CHECK_FAIL, "didn't leave enp1s0", "masquerade"},
	{PROOF(LOST, .gateway_silent = true), NDPPD_STATIC, CHECK_FAIL, "isn't there",
	 "wrong gate"},
	{PROOF(LOST, .nic_down = true), NDPPD_STATIC, CHECK_FAIL, "enp1s0 is down", "by hand"},
};

START_TEST(how_far_a_proof_got_and_why)
{
	const struct upstream_ask ask = {.nic = {"enp1s0"}, .has_gateway = true};

	upstream_judge(&check, &proofs[_i].proof, &ask, proofs[_i].rule);
	assert_check(proofs[_i].result, proofs[_i].seen);
	ck_assert_msg(strstr(check.cause, proofs[_i].cause), "%s", check.cause);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("prove");

	tcase_add_checked_fixture(tcase, setup, NULL);
	unit_add_table(tcase, a_clock_that_is_off_is_found, clocks);
	unit_add_table(tcase, an_ndppd_that_does_not_answer_is_found, daemons);
	unit_add_table(tcase, a_socket_without_its_interface_is_found, sockets);
	unit_add_table(tcase, processor_time_is_read, stats);
	unit_add_table(tcase, how_far_a_proof_got_and_why, proofs);
	unit_add_table(tcase, why_there_is_no_handshake, tunnels);
	unit_add_table(tcase, sshd_settings_that_let_passwords_in_are_found, effective);
	unit_add_table(tcase, the_file_that_sets_a_keyword_is_known, texts);
	return unit_finish();
}
