/* SPDX-License-Identifier: MIT */
#include "prove/ping.h"

#include <errno.h>
#include <poll.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "prove/echo.h"

#define IPV4_REQUESTS 3

/* Takes what has come for the socket; true when that decides it. */
static bool take(struct echo_socket *echo, struct ping *ping)
{
	struct echo_event event;

	if (!echo_next(echo, &event))
		return false;
	*ping = (struct ping){.result = PING_REPLY, .rtt_us = event.rtt_us};
	if (event.is_error)
		*ping = (struct ping){
			.result = PING_UNREACHABLE,
			.type = event.type,
			.code = event.code,
			.from = event.from,
		};
	return true;
}

/* Waits for an answer until then; true when there was one. */
static bool wait_until(struct echo_socket *echo, int64_t end_us, struct ping *ping)
{
	for (;;) {
		struct pollfd ready = {.fd = echo->fd, .events = POLLIN};
		int64_t left_us;

		if (take(echo, ping))
			return true;
		left_us = end_us - clock_now_us();
		if (left_us <= 0)
			return false;
		poll(&ready, 1, (int)((left_us + 999) / 1000));
	}
}

static void set_send_error(struct ping *ping, int code)
{
	ping->result = code == -EMSGSIZE ? PING_TOO_BIG : PING_NOT_SENT;
	ping->send_error = code;
}

/* A reply to any of the requests counts: on a slow line the first one's may come after the second
 * was sent. */
static void run(struct echo_socket *echo, unsigned size, int requests, int timeout_ms,
		struct ping *ping)
{
	int64_t begin_us = clock_now_us();

	*ping = (struct ping){.result = PING_NO_REPLY};
	for (int i = 1; i <= requests; i++) {
		int r = echo_send(echo, size);

		if (r < 0) {
			set_send_error(ping, r);
			return;
		}
		if (wait_until(echo, begin_us + timeout_ms * INT64_C(1000) * i / requests, ping))
			return;
	}
}

int ping_send(const struct ping_ask *ask, struct ping *ping, struct error *err)
{
	CLEANUP(echo_close) struct echo_socket echo = ECHO_SOCKET_INIT;
	unsigned size = ask->size > PING_SIZE_MIN ? ask->size : PING_SIZE_MIN;
	int r = echo_open(&echo, ask, err);

	*ping = (struct ping){.result = PING_NO_REPLY};
	if (r == 0)
		run(&echo, size, ask->requests ? ask->requests : 1, ask->timeout_ms, ping);
	return r;
}

int ping_ipv4(struct in_addr dst, int timeout_ms, struct ping *ping, struct error *err)
{
	CLEANUP(echo_close) struct echo_socket echo = ECHO_SOCKET_INIT;
	int r = echo_open_ipv4(&echo, dst, err);

	*ping = (struct ping){.result = PING_NO_REPLY};
	if (r == 0)
		run(&echo, PING_SIZE_MIN, IPV4_REQUESTS, timeout_ms, ping);
	return r;
}
