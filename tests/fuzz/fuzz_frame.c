/* SPDX-License-Identifier: MIT */
/* What passes the NIC: anybody's. */
#include <string.h>

#include "fuzz.h"
#include "net/frame.h"
#include "prove/probe.h"
#include "prove/wg_listen.h"

static void check_frame(const struct frame *frame, bool is_something, size_t size)
{
	FUZZ_ASSERT(is_something == (frame->kind != FRAME_OTHER));
	FUZZ_ASSERT(is_something || (!frame->has_mac && !frame->has_echo && !frame->payload_len));
	FUZZ_ASSERT(frame->payload_len <= FRAME_PAYLOAD_MAX && frame->payload_len <= size);
	FUZZ_ASSERT(frame->kind != FRAME_WIREGUARD ||
		    (frame->message >= WG_INITIATION && frame->message <= WG_DATA));
	FUZZ_ASSERT(!IN6_IS_ADDR_MULTICAST(&frame->target));
}

/* The two that take note of frames. */
static void check_listeners(const struct frame *frame)
{
	struct wg_heard heard = {0};
	struct probe probe = {.tries = 1};

	wg_hear(&heard, frame, frame->dst_port, false);
	wg_hear(&heard, frame, frame->src_port, true);
	FUZZ_ASSERT(wg_verdict_word(wg_verdict(&heard)));
	/* The probe that it would be about. */
	probe.source = frame->kind == FRAME_ECHO_REPLY ? frame->dst : frame->src;
	probe.target = frame->kind == FRAME_ECHO_REPLY ? frame->src : frame->dst;
	if (frame->kind == FRAME_SOLICITATION || frame->kind == FRAME_ADVERTISEMENT)
		probe.source = frame->target;
	probe.id = frame->id;
	memcpy(probe.cookie, frame->payload, sizeof(probe.cookie));
	for (int way = PACKET_IN; way <= PACKET_PASSING; way++)
		probe_see(&probe, frame, (enum packet_way)way, 1 + way);
	FUZZ_ASSERT(probe.stage <= PROBE_REPLIED);
	FUZZ_ASSERT(probe_word(probe.stage));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame frame;

	memset(&frame, 0xa5, sizeof(frame));
	check_frame(&frame, frame_parse(&frame, data, size), size);
	check_listeners(&frame);
	memset(&frame, 0xa5, sizeof(frame));
	check_frame(&frame, frame_parse_icmp6(&frame, data, size), size);
	FUZZ_ASSERT(IN6_IS_ADDR_UNSPECIFIED(&frame.src) && IN6_IS_ADDR_UNSPECIFIED(&frame.dst));
	check_listeners(&frame);
	return 0;
}
