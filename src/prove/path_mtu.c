/* SPDX-License-Identifier: MIT */
#include "prove/path_mtu.h"

#include <errno.h>
#include <poll.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "prove/echo.h"
#include "prove/ping.h"

#define STEP 4
#define LADDER_MAX 36 /* from 1280 to 1420 in one */
#define TRIES 3
/* A burst is sent in portions, for the queues on its way. */
#define PORTION 6
#define PORTION_MS 3

struct search {
	struct echo_socket echo;
	struct path_mtu *found;
	int64_t small_rtt_us; /* 0: not yet */
};

size_t path_mtu_ladder(unsigned passes, unsigned fails, unsigned *sizes, size_t max)
{
	unsigned room = fails > passes ? fails - passes - 1 : 0;
	unsigned count = room / STEP, stride;

	if (!count || !max)
		return 0;
	stride = (count + (unsigned)max - 1) / (unsigned)max;
	for (unsigned i = 1; i * stride <= count; i++)
		sizes[i - 1] = passes + i * stride * STEP;
	return count / stride;
}

/* Takes the replies that have come. Errors are left to the timeout: a size that doesn't pass says
 * no more by one. */
static void take(struct search *search)
{
	struct echo_event event;

	while (echo_next(&search->echo, &event)) {
		if (event.is_error)
			continue;
		search->found->answered = true;
		if (event.size <= PING_SIZE_MIN && !search->small_rtt_us)
			search->small_rtt_us = event.rtt_us > 0 ? event.rtt_us : 1;
		if (event.size >= PATH_MTU_MIN && event.size > search->found->mtu)
			search->found->mtu = event.size;
	}
}

/* Waits until a reply of that size has come, or for so long; true when it has. A size of 0 is any
 * at all. */
static bool wait_for(struct search *search, unsigned size, int64_t wait_us)
{
	int64_t end_us = clock_now_us() + wait_us;

	for (;;) {
		struct pollfd ready = {.fd = search->echo.fd, .events = POLLIN};
		int64_t left_us;

		take(search);
		left_us = end_us - clock_now_us();
		if (size ? search->found->mtu >= size : search->small_rtt_us != 0)
			return true;
		if (left_us <= 0)
			return false;
		poll(&ready, 1, (int)((left_us + 999) / 1000));
	}
}

/* How long a reply may take that is on its way: a big packet takes longer than a small one, and
 * the first ones may have had to wait for a handshake. */
static int64_t patience_us(const struct search *search, int timeout_ms)
{
	int64_t patience = search->small_rtt_us * 2 + 150000, most = timeout_ms * INT64_C(1000);

	return patience < most ? patience : most;
}

/* A small packet and one of full size, several times: whether anybody is there, and whether all is
 * well. */
static void try_full(struct search *search, unsigned mtu, int timeout_ms)
{
	struct path_mtu *found = search->found;

	for (int i = 0; i < TRIES; i++) {
		int64_t share_us = timeout_ms * INT64_C(1000) / TRIES;
		int full, small = echo_send(&search->echo, PING_SIZE_MIN);

		full = echo_send(&search->echo, mtu);
		if (small < 0)
			found->send_error = small;
		found->too_big = full == -EMSGSIZE;
		if (!wait_for(search, 0, share_us))
			continue;
		if (found->too_big || wait_for(search, mtu, patience_us(search, timeout_ms)))
			return;
	}
}

/* Sends all sizes that still say something, the biggest last: it must not crowd out the others. */
static void send_ladder(struct search *search, const unsigned *sizes, size_t count)
{
	size_t sent = 0;

	for (size_t i = 0; i < count; i++) {
		if (sizes[i] <= search->found->mtu || echo_send(&search->echo, sizes[i]) < 0)
			continue;
		if (++sent % PORTION == 0)
			wait_for(search, sizes[count - 1], PORTION_MS * INT64_C(1000));
	}
}

static void climb(struct search *search, unsigned mtu, int timeout_ms)
{
	/* The first rung is PATH_MTU_MIN itself. */
	unsigned passes = PATH_MTU_MIN - STEP, fails = mtu, sizes[LADDER_MAX] = {0};
	size_t count;

	while ((count = path_mtu_ladder(passes, fails, sizes, LADDER_MAX)) > 0) {
		for (int i = 0; i < 2 && search->found->mtu < sizes[count - 1]; i++) {
			send_ladder(search, sizes, count);
			wait_for(search, sizes[count - 1], patience_us(search, timeout_ms));
		}
		for (size_t i = count; i-- > 0 && sizes[i] > search->found->mtu;)
			fails = sizes[i];
		if (search->found->mtu > passes)
			passes = search->found->mtu;
		if (fails <= PATH_MTU_MIN)
			return;
	}
}

static void close_search(struct search *search)
{
	echo_close(&search->echo);
}

int path_mtu_find(const struct ping_ask *ask, unsigned mtu, struct path_mtu *found,
		  struct error *err)
{
	CLEANUP(close_search) struct search search = {.echo.fd = -1, .found = found};
	int r = echo_open(&search.echo, ask, err);

	*found = (struct path_mtu){0};
	if (r < 0)
		return r;
	try_full(&search, mtu, ask->timeout_ms);
	if (found->answered) {
		found->send_error = 0;
		if (found->mtu < mtu && mtu > PATH_MTU_MIN)
			climb(&search, mtu, ask->timeout_ms);
	}
	found->rtt_us = search.small_rtt_us;
	return 0;
}
