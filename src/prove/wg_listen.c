/* SPDX-License-Identifier: MIT */
#include "prove/wg_listen.h"

#include <errno.h>
#include <poll.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "net/packet.h"

/* An answer takes the time of a few multiplications on a curve; this is plenty. */
#define ANSWER_US 300000
/* The confirmation comes by the same way back. */
#define CONFIRM_US 1500000

void wg_hear(struct wg_heard *heard, const struct frame *frame, uint16_t port, bool outgoing)
{
	if (frame->kind != FRAME_WIREGUARD)
		return;
	if ((outgoing ? frame->src_port : frame->dst_port) != port)
		return; /* another WireGuard, of which only the far end has our port's number */
	if (outgoing)
		heard->out[frame->message]++;
	else
		heard->in[frame->message]++;
	heard->has_peer = true;
	heard->peer = outgoing ? frame->dst4 : frame->src4;
	heard->peer_port = outgoing ? frame->dst_port : frame->src_port;
}

enum wg_verdict wg_verdict(const struct wg_heard *heard)
{
	if (heard->in[WG_DATA] || heard->in[WG_RESPONSE])
		return WG_TALKING;
	if (heard->out[WG_RESPONSE])
		return WG_UNCONFIRMED;
	if (heard->in[WG_INITIATION])
		return WG_UNANSWERED;
	return heard->out[WG_INITIATION] || heard->out[WG_DATA] ? WG_UNHEARD : WG_SILENCE;
}

const char *wg_verdict_word(enum wg_verdict verdict)
{
	switch (verdict) {
	case WG_SILENCE:
		return "silence";
	case WG_UNHEARD:
		return "unheard";
	case WG_UNANSWERED:
		return "unanswered";
	case WG_UNCONFIRMED:
		return "unconfirmed";
	case WG_TALKING:
		return "talking";
	}
	return "";
}

static int take_frames(struct packet_socket *packets, uint16_t port, struct wg_heard *heard,
		       struct error *err)
{
	struct packet packet;
	struct frame frame;
	int r;

	while ((r = packet_next(packets, &packet)) > 0)
		if (packet.way != PACKET_PASSING && frame_parse(&frame, packet.bytes, packet.len))
			wg_hear(heard, &frame, port, packet.way == PACKET_OUT);
	if (r == -ENETDOWN) {
		heard->nic_down = true;
		return 0;
	}
	return r < 0 ? error_errno(err, r, "packet socket") : 0;
}

/* Until when to listen. */
struct patience {
	int64_t end_us;	     /* at the latest */
	int64_t called_us;   /* when a handshake came in; 0: none has */
	int64_t answered_us; /* and was answered */
};

static int64_t deadline_us(struct patience *patience, const struct wg_heard *heard, int64_t now)
{
	int64_t end = patience->end_us;

	if (heard->in[WG_INITIATION] && !patience->called_us)
		patience->called_us = now;
	if (heard->out[WG_RESPONSE] && !patience->answered_us)
		patience->answered_us = now;
	if (patience->answered_us)
		end = patience->answered_us + CONFIRM_US;
	else if (patience->called_us)
		end = patience->called_us + ANSWER_US;
	return end < patience->end_us ? end : patience->end_us;
}

int wg_listen(int nic_index, uint16_t port, int duration_ms, struct wg_heard *heard,
	      struct error *err)
{
	CLEANUP(packet_close) struct packet_socket packets = PACKET_SOCKET_INIT;
	int64_t begin_us = clock_now_us(), now, end_us;
	struct patience patience = {.end_us = begin_us + duration_ms * INT64_C(1000)};
	int r = packet_open_udp(&packets, nic_index, port, err);

	*heard = (struct wg_heard){0};
	while (r == 0) {
		struct pollfd ready = {.fd = packets.fd, .events = POLLIN};

		r = take_frames(&packets, port, heard, err);
		now = clock_now_us();
		heard->listened_ms = (int)((now - begin_us) / 1000);
		end_us = deadline_us(&patience, heard, now);
		if (heard->nic_down || now >= end_us || wg_verdict(heard) == WG_TALKING)
			break;
		poll(&ready, 1, (int)((end_us - now + 999) / 1000));
	}
	return r;
}
