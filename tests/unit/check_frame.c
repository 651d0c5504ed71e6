/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/ip.h"
#include "net/frame.h"

/* The frames of data/frame, by name: hexadecimal, as ORIGIN says. */
static void read_frame(const char *name, struct buf *frame)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	char path[64];
	unsigned nibbles = 0, byte = 0;

	snprintf(path, sizeof(path), "data/frame/%s.hex", name);
	unit_read(path, &text);
	for (const char *at = buf_str(&text); *at; at++) {
		const char *digits = "0123456789abcdef", *digit = strchr(digits, *at);

		if (!digit)
			continue;
		byte = byte << 4 | (unsigned)(digit - digits);
		if (++nibbles % 2 == 0) {
			char c = (char)byte;

			buf_add(frame, &c, 1);
		}
	}
	ck_assert_uint_gt(frame->len, 0);
}

/* In a block of its own, so that one byte too far is found. */
static bool parse(struct frame *frame, const void *bytes, size_t len)
{
	void *copy = malloc(len ? len : 1);
	bool parsed;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, len);
	parsed = frame_parse(frame, copy, len);
	free(copy);
	return parsed;
}

static const struct {
	const char *name;
	enum frame_kind kind;
	const char *src, *dst;
	size_t needed; /* as many bytes tell what it is */
} frames[] = {
	{"solicitation", FRAME_SOLICITATION, "fe80::1", "ff02::1:ff12:3456", 86},
	{"advertisement", FRAME_ADVERTISEMENT, "fe80::5400:5ff:fe00:5301", "fe80::1", 86},
	{"echo-request", FRAME_ECHO_REQUEST, "3fff::2:dead:beef:12:3456", "fe80::1", 62},
	{"echo-reply", FRAME_ECHO_REPLY, "fe80::1", "3fff::2:dead:beef:12:3456", 62},
	{"echo-reply-vlan", FRAME_ECHO_REPLY, "fe80::1", "3fff::2:dead:beef:12:3456", 66},
	{"echo-reply-options", FRAME_ECHO_REPLY, "fe80::1", "3fff::2:dead:beef:12:3456", 70},
	{"no-route", FRAME_ICMP_ERROR, "3fff:0:0:1::1", "3fff::2:dead:beef:12:3456", 102},
	{"too-big", FRAME_ICMP_ERROR, "3fff:0:0:1::1", "3fff::2:dead:beef:12:3456", 102},
	{"initiation", FRAME_WIREGUARD, "::", "::", 46},
	{"response", FRAME_WIREGUARD, "::", "::", 46},
	{"keepalive", FRAME_WIREGUARD, "::", "::", 46},
};

START_TEST(a_frame_is_what_it_is)
{
	CLEANUP(buf_clear) struct buf bytes = BUF_INIT;
	struct frame frame;

	read_frame(frames[_i].name, &bytes);
	ck_assert(parse(&frame, bytes.data, bytes.len));
	ck_assert_int_eq(frame.kind, frames[_i].kind);
	ck_assert_str_eq(ip_text(&frame.src).s, frames[_i].src);
	ck_assert_str_eq(ip_text(&frame.dst).s, frames[_i].dst);
}
END_TEST

static bool is_zero(const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;

	while (len > 0 && !byte[len - 1])
		len--;
	return len == 0;
}

START_TEST(a_frame_cut_short_is_itself_or_nothing)
{
	CLEANUP(buf_clear) struct buf bytes = BUF_INIT;
	struct frame frame;

	read_frame(frames[_i].name, &bytes);
	for (size_t len = 0; len <= bytes.len; len++) {
		bool whole = parse(&frame, bytes.data, len);

		ck_assert_msg(whole == (len >= frames[_i].needed), "%zu bytes", len);
		ck_assert_int_eq(frame.kind, whole ? frames[_i].kind : FRAME_OTHER);
		if (!whole)
			ck_assert(is_zero(&frame, sizeof(frame)));
	}
}
END_TEST

/* Each byte changed: nothing has to come of it, but no byte outside is read. */
START_TEST(a_frame_gone_bad_is_read_within_its_bounds)
{
	CLEANUP(buf_clear) struct buf bytes = BUF_INIT;
	static const unsigned char flips[] = {0x01, 0x0f, 0x80, 0xff};
	struct frame frame;

	read_frame(frames[_i].name, &bytes);
	for (size_t i = 0; i < bytes.len * ARRAY_SIZE(flips); i++) {
		char *byte = &bytes.data[i / ARRAY_SIZE(flips)], old = *byte;

		*byte = (char)(*byte ^ flips[i % ARRAY_SIZE(flips)]);
		for (size_t len = 0; len <= bytes.len; len++) {
			parse(&frame, bytes.data, len);
			ck_assert_uint_le(frame.payload_len, sizeof(frame.payload));
		}
		*byte = old;
	}
}
END_TEST

/* A byte of a good frame changed so that it is none. */
static const struct {
	const char *name;
	size_t at;
	unsigned char value;
} spoiled[] = {
	{"solicitation", 12, 0x08}, /* another protocol */
	{"solicitation", 14, 0x45}, /* not version 6 */
	{"solicitation", 20, 17},   /* UDP */
	{"solicitation", 21, 254},  /* it was routed */
	{"solicitation", 54, 134},  /* a router advertisement */
	{"solicitation", 55, 1},    /* no such code */
	{"solicitation", 62, 0xff}, /* for a group */
	{"solicitation", 79, 0},    /* an option without a length */
	{"solicitation", 79, 2},    /* one longer than the message */
	{"solicitation", 19, 23},   /* a packet too short for a target */
	{"advertisement", 21, 64},     {"advertisement", 62, 0xff}, {"echo-request", 55, 1},
	{"echo-reply-options", 55, 1}, /* the options' length takes the message */
	{"initiation", 23, 6},	       /* TCP */
	{"initiation", 14, 0x44},      /* a header shorter than it can be */
	{"initiation", 21, 1},	       /* a later fragment */
	{"initiation", 42, 5},	       /* no such message */
	{"initiation", 43, 1},	       /* reserved bytes */
	{"initiation", 39, 155},       /* one byte short */
	{"response", 42, 1},	       /* an initiation of the wrong size */
	{"keepalive", 39, 39},	       {"keepalive", 39, 7}, /* less than UDP's own header */
};

START_TEST(a_frame_that_says_otherwise_is_none)
{
	CLEANUP(buf_clear) struct buf bytes = BUF_INIT;
	struct frame frame;

	read_frame(spoiled[_i].name, &bytes);
	ck_assert_int_ne((unsigned char)bytes.data[spoiled[_i].at], spoiled[_i].value);
	bytes.data[spoiled[_i].at] = (char)spoiled[_i].value;
	ck_assert(!parse(&frame, bytes.data, bytes.len));
}
END_TEST

static void parse_file(const char *name, struct frame *frame)
{
	CLEANUP(buf_clear) struct buf bytes = BUF_INIT;

	read_frame(name, &bytes);
	ck_assert(parse(frame, bytes.data, bytes.len));
}

START_TEST(neighbours_ask_and_answer)
{
	struct frame frame;

	parse_file("solicitation", &frame);
	ck_assert_str_eq(ip_text(&frame.target).s, "3fff::2:dead:beef:12:3456");
	ck_assert_str_eq(mac_text(&frame.from).s, "fe:00:05:00:53:01");
	ck_assert_str_eq(mac_text(&frame.to).s, "33:33:ff:12:34:56");
	ck_assert(frame.has_mac);
	ck_assert_str_eq(mac_text(&frame.mac).s, "fe:00:05:00:53:01");
	parse_file("advertisement", &frame);
	ck_assert_str_eq(ip_text(&frame.target).s, "3fff::2:dead:beef:12:3456");
	ck_assert(frame.has_mac);
	ck_assert_str_eq(mac_text(&frame.mac).s, "56:00:05:00:53:01");
}
END_TEST

/* A unicast probe of a neighbour that is known needs no address in it (RFC 4861 section 4.3). */
START_TEST(a_solicitation_without_options_is_one)
{
	CLEANUP(buf_clear) struct buf bytes = BUF_INIT;
	struct frame frame;

	read_frame("solicitation", &bytes);
	bytes.data[19] = 24;
	ck_assert(parse(&frame, bytes.data, bytes.len)); /* the rest is padding now */
	ck_assert(parse(&frame, bytes.data, 78));
	ck_assert_int_eq(frame.kind, FRAME_SOLICITATION);
	ck_assert(!frame.has_mac);
}
END_TEST

START_TEST(echoes_have_their_numbers)
{
	static const char *const names[] = {"echo-request", "echo-reply", "echo-reply-vlan",
					    "echo-reply-options"};
	struct frame frame;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		parse_file(names[i], &frame);
		ck_assert(frame.has_echo);
		ck_assert_uint_eq(frame.id, 0x1234);
		ck_assert_uint_eq(frame.seq, 7);
		ck_assert_uint_eq(frame.payload_len, 16);
		ck_assert_mem_eq(frame.payload, "sixrelay-cookie!", 16);
	}
}
END_TEST

START_TEST(errors_say_what_they_are_about)
{
	struct frame frame;

	parse_file("no-route", &frame);
	ck_assert_uint_eq(frame.type, 1);
	ck_assert_uint_eq(frame.code, 0);
	ck_assert_uint_eq(frame.mtu, 0);
	ck_assert_str_eq(ip_text(&frame.about_src).s, "3fff::2:dead:beef:12:3456");
	ck_assert_str_eq(ip_text(&frame.about_dst).s, "3fff:fff::2");
	ck_assert(frame.has_echo);
	ck_assert_uint_eq(frame.id, 0x1234);
	parse_file("too-big", &frame);
	ck_assert_uint_eq(frame.type, 2);
	ck_assert_uint_eq(frame.mtu, 1400);
}
END_TEST

static const struct {
	const char *name;
	enum wg_message message;
	const char *src, *dst;
	unsigned src_port, dst_port;
} wireguard[] = {
	{"initiation", WG_INITIATION, "198.51.100.10", "203.0.113.42", 13231, 51820},
	{"response", WG_RESPONSE, "203.0.113.42", "198.51.100.10", 51820, 13231},
	{"keepalive", WG_DATA, "198.51.100.10", "203.0.113.42", 13231, 51820},
};

START_TEST(wireguards_messages_are_told_apart)
{
	struct frame frame;

	parse_file(wireguard[_i].name, &frame);
	ck_assert_int_eq(frame.message, wireguard[_i].message);
	ck_assert_str_eq(ip4_text(frame.src4).s, wireguard[_i].src);
	ck_assert_str_eq(ip4_text(frame.dst4).s, wireguard[_i].dst);
	ck_assert_uint_eq(frame.src_port, wireguard[_i].src_port);
	ck_assert_uint_eq(frame.dst_port, wireguard[_i].dst_port);
}
END_TEST

START_TEST(a_message_by_itself_is_an_echo_or_an_error)
{
	static const struct {
		const char *name;
		size_t at;
		bool taken;
	} messages[] = {
		{"echo-reply", 54, true},
		{"no-route", 54, true},
		{"advertisement", 54, false}, /* it may have come from afar */
	};

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		CLEANUP(buf_clear) struct buf bytes = BUF_INIT;
		struct frame frame;

		read_frame(messages[i].name, &bytes);
		ck_assert_int_eq(frame_parse_icmp6(&frame, bytes.data + messages[i].at,
						   bytes.len - messages[i].at),
				 messages[i].taken);
		ck_assert_int_eq(frame.has_echo, messages[i].taken);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("frame");

	unit_add_table(tcase, a_frame_is_what_it_is, frames);
	unit_add_table(tcase, a_frame_cut_short_is_itself_or_nothing, frames);
	unit_add_table(tcase, a_frame_gone_bad_is_read_within_its_bounds, frames);
	unit_add_table(tcase, a_frame_that_says_otherwise_is_none, spoiled);
	unit_add_table(tcase, wireguards_messages_are_told_apart, wireguard);
	tcase_add_test(tcase, neighbours_ask_and_answer);
	tcase_add_test(tcase, a_solicitation_without_options_is_one);
	tcase_add_test(tcase, echoes_have_their_numbers);
	tcase_add_test(tcase, errors_say_what_they_are_about);
	tcase_add_test(tcase, a_message_by_itself_is_an_echo_or_an_error);
	return unit_finish();
}
