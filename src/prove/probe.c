/* SPDX-License-Identifier: MIT */
#include "prove/probe.h"

#include <string.h>

#include "net/frame.h"

/* The gateway asks again each second (RFC 4861 section 10, RETRANS_TIMER): a second question and
 * an answer to it fit in, after a question that nobody heard and after an answer that was lost. */
#define ANSWER_US 1300000
#define REPLY_US ANSWER_US

static void reach(struct probe *probe, enum probe_stage stage)
{
	if (probe->stage < stage)
		probe->stage = stage;
}

static void set_once(int64_t *time, int64_t now)
{
	if (!*time)
		*time = now;
}

static bool is_ours(const struct probe *probe, const struct frame *frame)
{
	return frame->has_echo && frame->id == probe->id &&
	       frame->payload_len >= PROBE_COOKIE_LEN &&
	       memcmp(frame->payload, probe->cookie, PROBE_COOKIE_LEN) == 0;
}

static void see_solicitation(struct probe *probe, const struct frame *frame, int64_t time_us)
{
	reach(probe, PROBE_SOLICITED);
	if (probe->solicitations++ == 0) {
		probe->asked_by = frame->src;
		probe->asked_by_mac = frame->has_mac ? frame->mac : frame->from;
	}
	set_once(&probe->solicited_us, time_us);
}

static void see_advertisement(struct probe *probe, const struct frame *frame, enum packet_way way,
			      int64_t time_us)
{
	struct mac mac = frame->has_mac ? frame->mac : frame->from;

	if (way != PACKET_OUT) {
		probe->has_stranger = true;
		probe->stranger = mac;
		return;
	}
	reach(probe, PROBE_ADVERTISED);
	probe->advertisements++;
	probe->advertised_mac = mac;
	set_once(&probe->advertised_us, time_us);
	probe->last_advertised_us = time_us;
}

static void see_error(struct probe *probe, const struct frame *frame)
{
	if (!IN6_ARE_ADDR_EQUAL(&frame->about_src, &probe->source))
		return;
	probe->has_error = true;
	probe->error_type = frame->type;
	probe->error_code = frame->code;
	probe->error_from = frame->src;
}

void probe_see(struct probe *probe, const struct frame *frame, enum packet_way way, int64_t time_us)
{
	bool is_source = IN6_ARE_ADDR_EQUAL(&frame->src, &probe->source);
	bool is_dst = IN6_ARE_ADDR_EQUAL(&frame->dst, &probe->source);
	bool is_target = IN6_ARE_ADDR_EQUAL(&frame->target, &probe->source);

	switch (frame->kind) {
	case FRAME_ECHO_REQUEST:
		if (way != PACKET_OUT || !is_source || !is_ours(probe, frame))
			break;
		reach(probe, PROBE_SENT);
		set_once(&probe->sent_us, time_us);
		break;
	case FRAME_SOLICITATION:
		if (way == PACKET_IN && is_target)
			see_solicitation(probe, frame, time_us);
		break;
	case FRAME_ADVERTISEMENT:
		if (is_target)
			see_advertisement(probe, frame, way, time_us);
		break;
	case FRAME_ECHO_REPLY:
		/* In a frame to another machine it would not have come here. */
		if (way != PACKET_IN || !is_dst || !is_ours(probe, frame))
			break;
		reach(probe, PROBE_REPLIED);
		set_once(&probe->replied_us, time_us);
		break;
	case FRAME_ICMP_ERROR:
		if (way == PACKET_IN)
			see_error(probe, frame);
		break;
	case FRAME_OTHER:
	case FRAME_WIREGUARD:
		break;
	}
}

int64_t probe_deadline_us(const struct probe *probe, int64_t begin_us, int64_t patience_us)
{
	switch (probe->stage) {
	case PROBE_NOT_SENT:
	case PROBE_SENT:
		return begin_us + patience_us;
	case PROBE_SOLICITED:
		return probe->solicited_us + ANSWER_US;
	case PROBE_ADVERTISED:
		return probe->last_advertised_us + REPLY_US;
	case PROBE_REPLIED:
		break;
	}
	return probe->replied_us;
}

const struct probe *probe_better(const struct probe *a, const struct probe *b)
{
	if (a->stage != b->stage)
		return a->stage > b->stage ? a : b;
	if (a->has_stranger != b->has_stranger)
		return a->has_stranger ? a : b;
	return b->has_error && !a->has_error ? b : a;
}

const char *probe_word(enum probe_stage stage)
{
	switch (stage) {
	case PROBE_NOT_SENT:
		return "not-sent";
	case PROBE_SENT:
		return "sent";
	case PROBE_SOLICITED:
		return "solicited";
	case PROBE_ADVERTISED:
		return "advertised";
	case PROBE_REPLIED:
		return "replied";
	}
	return "";
}

bool probe_may_use(const struct in6_addr *addr)
{
	static const uint8_t reserved[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t small[6];
	const uint8_t *id = addr->s6_addr + 8;

	if (memcmp(id, small, sizeof(small)) == 0)
		return false;
	/* fdff:ffff:ffff:ff80 and up: with the bit that says universal, as in RFC 2526 section 2.
	 */
	return (id[0] | 2) != 0xff || memcmp(id + 1, reserved, sizeof(reserved)) != 0 ||
	       id[7] < 0x80;
}
