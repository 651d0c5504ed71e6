/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "apply/wg_dump.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

#define A "7Jgfz3cQ+10ySYEleMVopyM75+wOuXqnVV5xyH/I+m4="
#define B "TxST78mjGapCRXxQZRGu255W9kwUxecpd0GLjRNLszE="
#define C "g4MylIPT3EAqarGxaQqlgam8wGBKecxxyouN8QR56Qc="
#define D "vdMu9ZHa41oNiuqJTCSEFKAp0RhPCsR8Y0xNw2KHJwE="

#define INTERFACE "(none)\t(none)\t51820\toff\n"

static void describe(const struct wg_dump *dump, struct buf *out)
{
	for (size_t i = 0; i < dump->count; i++) {
		const struct wg_peer *peer = &dump->peers[i];

		buf_addf(out, "%s %s %" PRId64 " %" PRIu64 " %" PRIu64 "\n",
			 wg_key_text(&peer->public_key).s, peer->endpoint, peer->handshake,
			 peer->received, peer->sent);
	}
}

static const struct {
	const char *file, *expected;
} captured[] = {
	{"no-key", ""},
	{"no-peer", ""},
	{"before", A " (none) 0 0 0\n" B " (none) 0 0 0\n" C " (none) 0 0 0\n"},
	{"handshake", A " 127.0.0.1:13231 1795414506 260 92\n" B
			" [::1]:13232 1795414506 260 124\n" C " (none) 0 0 0\n"},
	{"router", D " 127.0.0.1:51820 1795414506 92 260\n"},
};

START_TEST(what_wg_says_is_read)
{
	CLEANUP(buf_clear) struct buf name = BUF_INIT, text = BUF_INIT, got = BUF_INIT;
	struct error err = ERROR_INIT;
	struct wg_dump dump;

	memset(&dump, 0x55, sizeof(dump)); /* whatever was there */
	buf_addf(&name, "data/wg/%s.dump", captured[_i].file);
	unit_read(buf_str(&name), &text);
	ck_assert_msg(wg_dump_parse(&dump, buf_str(&text), &err) == 0, "%s", err.text);
	describe(&dump, &got);
	ck_assert_str_eq(buf_str(&got), captured[_i].expected);
}
END_TEST

START_TEST(the_interface_is_read)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct wg_dump dump;

	unit_read("data/wg/handshake.dump", &text);
	ck_assert_int_eq(wg_dump_parse(&dump, buf_str(&text), NULL), 0);
	ck_assert(dump.has_key);
	ck_assert_str_eq(wg_key_text(&dump.public_key).s, D);
	ck_assert_uint_eq(dump.listen_port, 51820);
	ck_assert_int_eq(wg_dump_parse(&dump, "(none)\t(none)\t1\toff\n", NULL), 0);
	ck_assert(!dump.has_key);
}
END_TEST

static const struct {
	const char *allowed_ips, *prefix;
	bool allows, takes;
} allowances[] = {
	{"fd99::2/128,2001:db8::/64", "2001:db8::/64", true, true},
	{"2001:db8::/64,fd99::2/128", "2001:db8::/64", true, true},
	{"2001:db8::/48", "2001:db8::/64", true, false},
	{"::/0", "2001:db8::/64", true, false},
	{"10.0.0.0/8,::/0", "2001:db8::/64", true, false},
	{"fd99::2/128", "fd99::2/128", true, true},
	{"2001:db8::/65", "2001:db8::/64", false, true},
	{"2001:db8:0:1::/64", "2001:db8::/64", false, false},
	{"2001:db8::1/128", "2001:db8::/64", false, true},
	{"0.0.0.0/0", "2001:db8::/64", false, false},
	{"(none)", "2001:db8::/64", false, false},
	{"", "2001:db8::/64", false, false},
};

START_TEST(what_a_peer_may_send_and_get)
{
	struct wg_peer peer = {0};
	struct prefix prefix;

	snprintf(peer.allowed_ips, sizeof(peer.allowed_ips), "%s", allowances[_i].allowed_ips);
	ck_assert(prefix_parse(&prefix, allowances[_i].prefix));
	ck_assert_int_eq(wg_peer_allows(&peer, &prefix), allowances[_i].allows);
	ck_assert_int_eq(wg_peer_takes(&peer, &prefix), allowances[_i].takes);
}
END_TEST

/* A peer of somebody else's may be allowed more than there is room for. */
START_TEST(a_long_list_is_cut_at_a_comma)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct wg_dump dump;

	buf_adds(&text, INTERFACE A "\t(none)\t(none)\t");
	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "%s10.0.%d.%d/32", i ? "," : "", i / 256, i % 256);
	buf_adds(&text, "\t0\t0\t0\toff\n");
	ck_assert_int_eq(wg_dump_parse(&dump, buf_str(&text), NULL), 0);
	ck_assert_str_eq(strrchr(dump.peers[0].allowed_ips, '/'), "/32");
	ck_assert_uint_gt(strlen(dump.peers[0].allowed_ips), 1000);
}
END_TEST

START_TEST(peers_are_found_by_their_key)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct wg_key key;
	struct wg_dump dump;

	unit_read("data/wg/handshake.dump", &text);
	ck_assert_int_eq(wg_dump_parse(&dump, buf_str(&text), NULL), 0);
	ck_assert(wg_key_parse(&key, B, strlen(B)));
	ck_assert_str_eq(wg_dump_peer(&dump, &key)->endpoint, "[::1]:13232");
	ck_assert(wg_key_parse(&key, D, strlen(D)));
	ck_assert_ptr_null(wg_dump_peer(&dump, &key));
}
END_TEST

#define PEER(key) key "\t(none)\t(none)\t(none)\t0\t0\t0\toff\n"

static const struct {
	const char *text;
	size_t line; /* that the error names */
} broken[] = {
	{INTERFACE "\n", 2},
	{INTERFACE "garbage\n", 2},
	{INTERFACE A "\t(none)\t\x1b[2J:1\t(none)\t0\t0\t0\toff\n", 2},
	{INTERFACE A "\t(none)\t(none)\t(none)\t9223372036854775808\t0\t0\toff\n", 2},
	{INTERFACE PEER(A) "garbage\n", 3},
	{INTERFACE PEER("short"), 2},
	{INTERFACE PEER(A "="), 2},
	{INTERFACE A "\n", 2},
	{INTERFACE A "\t(none)\t(none)\t(none)\n", 2},
	/* a line cut short does not go on in the next one */
	{INTERFACE A "\t(none)\t(none)\t(none)\t0\n" PEER(B), 2},
	{INTERFACE A "\t(none)\n127.0.0.1:1\t(none)\t0\t0\t0\toff\n", 2},
	{INTERFACE A "\t(none)\t(none)\t(none)\tnever\t0\t0\toff\n", 2},
	{INTERFACE A "\t(none)\t(none)\t(none)\t0\tx\t0\toff\n", 2},
	{INTERFACE A "\t(none)\t(none)\t(none)\t0\t0\t\toff\n", 2},
	{INTERFACE A "\t(none)\t(none)\t(none)\t-1\t0\t0\toff\n", 2},
	{INTERFACE A "\t(none)\t(none)\t(none)\t0\t0\t0\toff\tmore\n", 2},
	{"(none)\t(none)\t65536\toff\n", 1},
	/* no dump at all */
	{"", 1},
	{"garbage\n", 1},
	{"Unable to access interface: No such device\n", 1},
};

START_TEST(what_is_no_dump_is_refused)
{
	CLEANUP(buf_clear) struct buf line = BUF_INIT;
	struct error err = ERROR_INIT;
	struct wg_dump dump;

	buf_addf(&line, "line %zu", broken[_i].line);
	ck_assert_msg(wg_dump_parse(&dump, broken[_i].text, &err) == -EBADMSG, "%s",
		      broken[_i].text);
	ck_assert_msg(strstr(err.text, buf_str(&line)), "%s: %s", err.text, broken[_i].text);
}
END_TEST

START_TEST(the_private_key_is_in_no_error)
{
	static const char key[] = "YHY8//XN5Z3xGRVx/qkfYmC7slhDMcP173oOXKfVL2w=";
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	struct wg_dump dump;

	buf_addf(&text, "%s\t%s\t1\toff\n%s\n", key, D, key);
	ck_assert_int_eq(wg_dump_parse(&dump, buf_str(&text), &err), -EBADMSG);
	ck_assert_ptr_null(strstr(err.text, key));
}
END_TEST

/* Others may have added peers; they are no reason to know nothing of ours. */
START_TEST(peers_beyond_the_room_for_them_are_left_out)
{
	for (size_t count = CONF_SITES_MAX; count <= CONF_SITES_MAX + 1; count++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT;
		struct wg_dump dump;

		buf_adds(&text, INTERFACE);
		for (size_t i = 0; i < count; i++)
			buf_adds(&text, PEER(A));
		ck_assert_int_eq(wg_dump_parse(&dump, buf_str(&text), NULL), 0);
		ck_assert_uint_eq(dump.count, CONF_SITES_MAX);
	}
}
END_TEST

/* wg may be missing, or the interface: either way there is no dump. */
START_TEST(an_interface_that_is_not_there_is_an_error)
{
	struct error err = ERROR_INIT;
	struct wg_dump dump;

	ck_assert_int_lt(wg_dump_read(&dump, "no-such-link", &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "wg show"));
	ck_assert_int_lt(wg_dump_read(&dump, "no-such-link", NULL), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("wg_dump");

	unit_add_table(tcase, what_wg_says_is_read, captured);
	unit_add_table(tcase, what_is_no_dump_is_refused, broken);
	unit_add_table(tcase, what_a_peer_may_send_and_get, allowances);
	tcase_add_test(tcase, the_interface_is_read);
	tcase_add_test(tcase, a_long_list_is_cut_at_a_comma);
	tcase_add_test(tcase, peers_are_found_by_their_key);
	tcase_add_test(tcase, the_private_key_is_in_no_error);
	tcase_add_test(tcase, peers_beyond_the_room_for_them_are_left_out);
	tcase_add_test(tcase, an_interface_that_is_not_there_is_an_error);
	return unit_finish();
}
