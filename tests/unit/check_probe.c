/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/ip.h"
#include "net/frame.h"
#include "prove/path_mtu.h"
#include "prove/ping.h"
#include "prove/probe.h"
#include "prove/wg_listen.h"

#define SOURCE "3fff:0:0:2:dead:beef:12:3456"
#define GATEWAY "fe80::1"
#define ELSEWHERE "3fff:0:0:2::1"

static struct in6_addr addr6(const char *text)
{
	struct in6_addr addr;

	ck_assert_msg(inet_pton(AF_INET6, text, &addr) == 1, "%s", text);
	return addr;
}

static struct probe probe_to_gateway(void)
{
	struct probe probe = {.source = addr6(SOURCE), .target = addr6(GATEWAY), .id = 77};

	memcpy(probe.cookie, "sixrelay-cookie!", PROBE_COOKIE_LEN);
	return probe;
}

/* What can be seen of a probe, or of something like it. */
enum sight {
	END,
	REQUEST,
	SOLICITATION,
	ADVERTISEMENT,
	REPLY,
	STRANGERS_ADVERTISEMENT,
	NO_ROUTE,
	/* Of no interest: */
	REQUEST_COMING_IN,
	REPLY_GOING_OUT,
	REPLY_TO_ANOTHER_MACHINE,
	REPLY_TO_ANOTHER_ADDRESS,
	REPLY_OF_ANOTHER_PING,
	REPLY_WITHOUT_COOKIE,
	REPLY_CUT_SHORT,
	SOLICITATION_OF_OURS,
	SOLICITATION_FOR_ANOTHER,
	ADVERTISEMENT_FOR_ANOTHER,
	NO_ROUTE_FOR_ANOTHER,
};

static struct frame echo_frame(enum frame_kind kind, const char *src, const char *dst)
{
	struct frame frame = {.kind = kind, .src = addr6(src), .dst = addr6(dst), .id = 77};

	frame.has_echo = true;
	frame.payload_len = PROBE_COOKIE_LEN;
	memcpy(frame.payload, "sixrelay-cookie!", PROBE_COOKIE_LEN);
	return frame;
}

static void see(struct probe *probe, enum sight sight, int64_t time_us)
{
	struct frame request = echo_frame(FRAME_ECHO_REQUEST, SOURCE, GATEWAY);
	struct frame reply = echo_frame(FRAME_ECHO_REPLY, GATEWAY, SOURCE);
	struct frame ask = {.kind = FRAME_SOLICITATION, .src = addr6(GATEWAY)};
	struct frame answer = {.kind = FRAME_ADVERTISEMENT, .target = addr6(SOURCE)};
	struct frame error = {.kind = FRAME_ICMP_ERROR, .type = 1, .about_src = addr6(SOURCE)};
	enum packet_way in = PACKET_IN, out = PACKET_OUT;

	ask.target = addr6(SOURCE);
	mac_parse(&ask.from, "fe:00:05:00:53:01");
	mac_parse(&answer.from, "56:00:05:00:53:01");
	error.src = addr6("3fff:0:0:1::1");
	switch (sight) {
	case END:
		break;
	case REQUEST:
		probe_see(probe, &request, out, time_us);
		break;
	case REQUEST_COMING_IN:
		probe_see(probe, &request, in, time_us);
		break;
	case SOLICITATION:
		probe_see(probe, &ask, in, time_us);
		break;
	case SOLICITATION_OF_OURS:
		probe_see(probe, &ask, out, time_us);
		break;
	case SOLICITATION_FOR_ANOTHER:
		ask.target = addr6(ELSEWHERE);
		probe_see(probe, &ask, in, time_us);
		break;
	case ADVERTISEMENT:
		probe_see(probe, &answer, out, time_us);
		break;
	case ADVERTISEMENT_FOR_ANOTHER:
		answer.target = addr6(ELSEWHERE);
		probe_see(probe, &answer, out, time_us);
		break;
	case STRANGERS_ADVERTISEMENT:
		probe_see(probe, &answer, in, time_us);
		break;
	case REPLY:
		probe_see(probe, &reply, in, time_us);
		break;
	case REPLY_GOING_OUT:
		probe_see(probe, &reply, out, time_us);
		break;
	case REPLY_TO_ANOTHER_MACHINE:
		probe_see(probe, &reply, PACKET_PASSING, time_us);
		break;
	case REPLY_TO_ANOTHER_ADDRESS:
		reply.dst = addr6(ELSEWHERE);
		probe_see(probe, &reply, in, time_us);
		break;
	case REPLY_OF_ANOTHER_PING:
		reply.id = 78;
		probe_see(probe, &reply, in, time_us);
		break;
	case REPLY_WITHOUT_COOKIE:
		reply.payload[15] = '?';
		probe_see(probe, &reply, in, time_us);
		break;
	case REPLY_CUT_SHORT:
		reply.payload_len = PROBE_COOKIE_LEN - 1;
		probe_see(probe, &reply, in, time_us);
		break;
	case NO_ROUTE:
		probe_see(probe, &error, in, time_us);
		break;
	case NO_ROUTE_FOR_ANOTHER:
		error.about_src = addr6(ELSEWHERE);
		probe_see(probe, &error, in, time_us);
		break;
	}
}

static const struct {
	enum sight sights[6];
	enum probe_stage stage;
	bool has_stranger, has_error;
} seen[] = {
	{{END}, PROBE_NOT_SENT, false, false},
	{{REQUEST}, PROBE_SENT, false, false},
	{{REQUEST, SOLICITATION}, PROBE_SOLICITED, false, false},
	{{REQUEST, SOLICITATION, SOLICITATION}, PROBE_SOLICITED, false, false},
	{{REQUEST, SOLICITATION, ADVERTISEMENT}, PROBE_ADVERTISED, false, false},
	{{REQUEST, SOLICITATION, ADVERTISEMENT, REPLY}, PROBE_REPLIED, false, false},
	{{REQUEST, SOLICITATION, ADVERTISEMENT, REPLY, SOLICITATION}, PROBE_REPLIED, false, false},
	{{REQUEST, REPLY}, PROBE_REPLIED, false, false}, /* a prefix that is routed */
	{{REQUEST, SOLICITATION, STRANGERS_ADVERTISEMENT}, PROBE_SOLICITED, true, false},
	{{REQUEST, SOLICITATION, STRANGERS_ADVERTISEMENT, ADVERTISEMENT},
	 PROBE_ADVERTISED,
	 true,
	 false},
	{{REQUEST, NO_ROUTE}, PROBE_SENT, false, true},
	{{REQUEST, SOLICITATION, ADVERTISEMENT, NO_ROUTE}, PROBE_ADVERTISED, false, true},
	{{REQUEST_COMING_IN}, PROBE_NOT_SENT, false, false},
	{{REQUEST, REPLY_GOING_OUT}, PROBE_SENT, false, false},
	{{REQUEST, REPLY_TO_ANOTHER_MACHINE}, PROBE_SENT, false, false},
	{{REQUEST, REPLY_TO_ANOTHER_ADDRESS}, PROBE_SENT, false, false},
	{{REQUEST, REPLY_OF_ANOTHER_PING}, PROBE_SENT, false, false},
	{{REQUEST, REPLY_WITHOUT_COOKIE}, PROBE_SENT, false, false},
	{{REQUEST, REPLY_CUT_SHORT}, PROBE_SENT, false, false},
	{{REQUEST, SOLICITATION_OF_OURS}, PROBE_SENT, false, false},
	{{REQUEST, SOLICITATION_FOR_ANOTHER}, PROBE_SENT, false, false},
	{{REQUEST, ADVERTISEMENT_FOR_ANOTHER}, PROBE_SENT, false, false},
	{{REQUEST, NO_ROUTE_FOR_ANOTHER}, PROBE_SENT, false, false},
};

START_TEST(what_is_seen_is_a_stage)
{
	struct probe probe = probe_to_gateway();

	for (int i = 0; i < 6 && seen[_i].sights[i] != END; i++)
		see(&probe, seen[_i].sights[i], 1000 + i);
	ck_assert_str_eq(probe_word(probe.stage), probe_word(seen[_i].stage));
	ck_assert_int_eq(probe.has_stranger, seen[_i].has_stranger);
	ck_assert_int_eq(probe.has_error, seen[_i].has_error);
}
END_TEST

START_TEST(the_first_of_each_kind_counts)
{
	static const enum sight sights[] = {REQUEST, SOLICITATION, ADVERTISEMENT, REPLY};
	struct probe probe = probe_to_gateway();

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 4; i++)
			see(&probe, sights[i], 1000 * (1 + i) + 10000 * round);
	ck_assert_int_eq(probe.sent_us, 1000);
	ck_assert_int_eq(probe.solicited_us, 2000);
	ck_assert_int_eq(probe.advertised_us, 3000);
	ck_assert_int_eq(probe.last_advertised_us, 13000);
	ck_assert_int_eq(probe.replied_us, 4000);
	ck_assert_uint_eq(probe.solicitations, 2);
	ck_assert_uint_eq(probe.advertisements, 2);
	ck_assert_str_eq(ip_text(&probe.asked_by).s, GATEWAY);
	ck_assert_str_eq(mac_text(&probe.asked_by_mac).s, "fe:00:05:00:53:01");
	ck_assert_str_eq(mac_text(&probe.advertised_mac).s, "56:00:05:00:53:01");
}
END_TEST

/* A gateway asks again after a second: that has to fit in. */
START_TEST(a_probe_has_time_for_what_may_still_come)
{
	struct probe probe = probe_to_gateway();

	ck_assert_int_eq(probe_deadline_us(&probe, 500, 400000), 400500);
	see(&probe, REQUEST, 1000);
	ck_assert_int_eq(probe_deadline_us(&probe, 500, 400000), 400500);
	see(&probe, SOLICITATION, 2000);
	ck_assert_int_gt(probe_deadline_us(&probe, 500, 400000), 1002000);
	see(&probe, SOLICITATION, 1002000);
	ck_assert_int_lt(probe_deadline_us(&probe, 500, 400000), 2002000);
	see(&probe, ADVERTISEMENT, 1003000);
	ck_assert_int_gt(probe_deadline_us(&probe, 500, 400000), 2003000);
	ck_assert_int_lt(probe_deadline_us(&probe, 500, 400000), 3002000);
	see(&probe, REPLY, 1004000);
	ck_assert_int_eq(probe_deadline_us(&probe, 500, 400000), 1004000);
}
END_TEST

START_TEST(the_better_of_two_got_farther_or_says_why)
{
	struct probe sent = {.stage = PROBE_SENT}, asked = {.stage = PROBE_SOLICITED};
	struct probe failed = {.stage = PROBE_SENT, .has_error = true};
	struct probe stranger = {.stage = PROBE_SENT, .has_stranger = true}, again = sent;

	ck_assert_ptr_eq(probe_better(&sent, &asked), &asked);
	ck_assert_ptr_eq(probe_better(&asked, &failed), &asked);
	ck_assert_ptr_eq(probe_better(&sent, &again), &sent);
	ck_assert_ptr_eq(probe_better(&sent, &failed), &failed);
	ck_assert_ptr_eq(probe_better(&failed, &sent), &failed);
	ck_assert_ptr_eq(probe_better(&failed, &stranger), &stranger);
}
END_TEST

static const struct {
	const char *addr;
	bool may;
} usable[] = {
	{"2001:db8::1234:5678:9abc:def0", true},
	{"2001:db8::1:0", true}, /* not in ::/112 */
	{"2001:db8::8000:0:0:0", true},
	{"2001:db8::", false},
	{"2001:db8::1", false},
	{"2001:db8::abcd", false},
	{"2001:db8::fdff:ffff:ffff:fffe", false},
	{"2001:db8::fdff:ffff:ffff:ff80", false},
	{"2001:db8::ffff:ffff:ffff:ff80", false},
	{"2001:db8::fdff:ffff:ffff:ff7f", true},
	{"2001:db8::fcff:ffff:ffff:ff80", true},
};

START_TEST(an_address_with_a_meaning_is_not_used)
{
	struct in6_addr addr = addr6(usable[_i].addr);

	ck_assert_int_eq(probe_may_use(&addr), usable[_i].may);
}
END_TEST

static const struct {
	unsigned passes, fails;
	size_t max, count;
	unsigned first, last;
} ladders[] = {
	{1276, 1420, 36, 35, 1280, 1416},
	{1276, 1500, 36, 27, 1284, 1492}, /* every second one: what is between comes next */
	{1276, 1281, 36, 1, 1280, 1280},
	{1276, 1280, 36, 0, 0, 0}, /* known already */
	{1400, 1404, 36, 0, 0, 0},
	{1400, 1409, 36, 2, 1404, 1408},
	{1420, 1420, 36, 0, 0, 0},
	{1420, 1280, 36, 0, 0, 0},
	{1276, 9000, 36, 35, 1492, 8836},
	{1276, 1420, 1, 1, 1416, 1416},
};

START_TEST(a_ladder_spans_what_is_not_known)
{
	unsigned sizes[36];
	size_t count =
		path_mtu_ladder(ladders[_i].passes, ladders[_i].fails, sizes, ladders[_i].max);

	ck_assert_uint_eq(count, ladders[_i].count);
	if (!count)
		return;
	ck_assert_uint_eq(sizes[0], ladders[_i].first);
	ck_assert_uint_eq(sizes[count - 1], ladders[_i].last);
	for (size_t i = 1; i < count; i++)
		ck_assert_uint_gt(sizes[i], sizes[i - 1]);
}
END_TEST

/* One ladder after the other closes in on any border, and ends. */
START_TEST(ladders_find_every_border)
{
	for (unsigned mtu = 1281; mtu <= 9000; mtu += 97)
		for (unsigned border = 1279; border < mtu; border += 13) {
			unsigned sizes[36], passes = 1276, fails = mtu;
			int ladder_count = 0;
			size_t count;

			while ((count = path_mtu_ladder(passes, fails, sizes, 36)) > 0) {
				ck_assert_int_le(++ladder_count, 3);
				for (size_t i = count; i-- > 0 && sizes[i] > border;)
					fails = sizes[i];
				for (size_t i = 0; i < count && sizes[i] <= border; i++)
					passes = sizes[i];
			}
			ck_assert_uint_le(passes, border);
			ck_assert_uint_gt(passes + 4, border);
		}
}
END_TEST

static const struct {
	const char *heard; /* i, r, d: initiation, response, data in; I, R, D: out */
	enum wg_verdict verdict;
} conversations[] = {
	{"", WG_SILENCE},	{"i", WG_UNANSWERED},	  {"ii", WG_UNANSWERED},
	{"iR", WG_UNCONFIRMED}, {"iRiR", WG_UNCONFIRMED}, {"iRd", WG_TALKING},
	{"I", WG_UNHEARD},	{"II", WG_UNHEARD},	  {"Ir", WG_TALKING},
	{"D", WG_UNHEARD},	{"d", WG_TALKING},	  {"Ii", WG_UNANSWERED},
};

START_TEST(a_conversation_has_a_verdict)
{
	struct wg_heard heard = {0};

	for (const char *at = conversations[_i].heard; *at; at++) {
		bool outgoing = *at < 'a';
		struct frame frame = {.kind = FRAME_WIREGUARD,
				      .src_port = outgoing ? 51820 : 13231,
				      .dst_port = outgoing ? 13231 : 51820};

		frame.message = strchr("iI", *at)   ? WG_INITIATION
				: strchr("rR", *at) ? WG_RESPONSE
						    : WG_DATA;
		wg_hear(&heard, &frame, 51820, outgoing);
		ck_assert(heard.has_peer);
		ck_assert_uint_eq(heard.peer_port, 13231);
	}
	ck_assert_str_eq(wg_verdict_word(wg_verdict(&heard)),
			 wg_verdict_word(conversations[_i].verdict));
}
END_TEST

/* A WireGuard of this machine that calls somebody whose port has our port's number. */
START_TEST(another_wireguard_is_not_heard)
{
	struct frame frame = {.kind = FRAME_WIREGUARD,
			      .message = WG_INITIATION,
			      .src_port = 40000,
			      .dst_port = 51820};
	struct wg_heard heard = {0};

	wg_hear(&heard, &frame, 51820, true);
	ck_assert(!heard.has_peer);
	ck_assert_int_eq(wg_verdict(&heard), WG_SILENCE);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("probe");

	unit_add_table(tcase, what_is_seen_is_a_stage, seen);
	unit_add_table(tcase, an_address_with_a_meaning_is_not_used, usable);
	unit_add_table(tcase, a_ladder_spans_what_is_not_known, ladders);
	unit_add_table(tcase, a_conversation_has_a_verdict, conversations);
	tcase_add_test(tcase, the_first_of_each_kind_counts);
	tcase_add_test(tcase, a_probe_has_time_for_what_may_still_come);
	tcase_add_test(tcase, the_better_of_two_got_farther_or_says_why);
	tcase_add_test(tcase, ladders_find_every_border);
	tcase_add_test(tcase, another_wireguard_is_not_heard);
	return unit_finish();
}
