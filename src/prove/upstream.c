/* SPDX-License-Identifier: MIT */
#include "prove/upstream.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/icmp6.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "net/frame.h"
#include "net/packet.h"

#define GATEWAY_PATIENCE_US 400000
#define HOST_PATIENCE_US 1500000
/* However often something new happens. */
#define ROUND_US 3500000
/* A request that was lost on its way, or its reply, is made good by the next one. */
#define RESEND_US 200000
#define ROUNDS 2

#define PROBES_MAX (1 + UPSTREAM_HOSTS_MAX)

/* One round: each target is tried from a new address. */
struct round {
	const struct upstream_ask *ask;
	struct upstream_proof *proof;
	int raw;
	struct packet_socket *packets;
	struct probe probes[PROBES_MAX];
	size_t count;
	bool asked_for_gateway, heard_gateway;
	int64_t begin_us;
};

static int draw(void *bytes, size_t len, struct error *err)
{
	ssize_t got = getrandom(bytes, len, 0);

	if (got != (ssize_t)len)
		return error_errno(err, got < 0 ? -errno : -EIO, "getrandom");
	return 0;
}

static bool is_own(const struct in6_addr *addr)
{
	struct ifaddrs *all, *one;
	bool own = false;

	if (getifaddrs(&all) < 0)
		return false;
	for (one = all; one && !own; one = one->ifa_next) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(void *)one->ifa_addr;

		own = in6 && in6->sin6_family == AF_INET6 &&
		      IN6_ARE_ADDR_EQUAL(&in6->sin6_addr, addr);
	}
	freeifaddrs(all);
	return own;
}

static int draw_source(struct in6_addr *source, const struct prefix *prefix, struct error *err)
{
	int r;

	do {
		*source = prefix->addr;
		r = draw(source->s6_addr + 8, 8, err);
	} while (r == 0 && (!probe_may_use(source) || is_own(source)));
	return r;
}

/* It may send from any address, and is not to receive anything. */
static int open_raw(const struct link_name *nic, struct error *err)
{
	CLEANUP(cleanup_fd)
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	struct icmp6_filter none;
	int on = 1;

	if (fd < 0)
		return error_errno(err, -errno, "raw socket");
	ICMP6_FILTER_SETBLOCKALL(&none);
	if (setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &none, sizeof(none)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)) < 0)
		return error_errno(err, -errno, "raw socket");
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, nic->s, (socklen_t)strlen(nic->s)) < 0)
		return error_errno(err, -errno, "%s", nic->s);
	return take_fd(&fd);
}

static void send_request(struct round *round, struct probe *probe)
{
	struct {
		struct icmp6_hdr header;
		uint8_t cookie[PROBE_COOKIE_LEN];
	} request = {.header = {.icmp6_type = ICMP6_ECHO_REQUEST}};
	struct in6_pktinfo info = {
		.ipi6_addr = probe->source,
		.ipi6_ifindex = (unsigned)round->ask->nic_index,
	};
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_addr = probe->target};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(info))] = {0};
	struct iovec iov = {.iov_base = &request, .iov_len = sizeof(request)};
	struct msghdr message = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *source = CMSG_FIRSTHDR(&message);

	source->cmsg_level = IPPROTO_IPV6;
	source->cmsg_type = IPV6_PKTINFO;
	source->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(source), &info, sizeof(info));
	if (IN6_IS_ADDR_LINKLOCAL(&probe->target))
		to.sin6_scope_id = (uint32_t)round->ask->nic_index;
	request.header.icmp6_id = htons(probe->id);
	request.header.icmp6_seq = htons((uint16_t)++probe->tries);
	memcpy(request.cookie, probe->cookie, sizeof(request.cookie));
	probe->send_error = sendmsg(round->raw, &message, 0) < 0 ? -errno : 0;
}

static int add_probe(struct round *round, const struct in6_addr *target, bool to_gateway,
		     struct error *err)
{
	struct probe *probe = &round->probes[round->count];
	int r;

	*probe = (struct probe){.target = *target, .to_gateway = to_gateway};
	r = draw_source(&probe->source, &round->ask->prefix, err);
	if (r == 0)
		r = draw(probe->cookie, sizeof(probe->cookie), err);
	if (r == 0)
		r = draw(&probe->id, sizeof(probe->id), err);
	if (r < 0)
		return r;
	round->count++;
	send_request(round, probe);
	return 0;
}

/* Whether the gateway itself is there: its neighbours ask for its address, too. */
static void watch_gateway(struct round *round, const struct frame *frame, enum packet_way way)
{
	const struct in6_addr *gateway = &round->ask->gateway;

	if (!round->ask->has_gateway)
		return;
	if (frame->kind == FRAME_SOLICITATION && way == PACKET_OUT &&
	    IN6_ARE_ADDR_EQUAL(&frame->target, gateway))
		round->asked_for_gateway = true;
	if (way == PACKET_IN &&
	    (IN6_ARE_ADDR_EQUAL(&frame->src, gateway) ||
	     (frame->kind == FRAME_ADVERTISEMENT && IN6_ARE_ADDR_EQUAL(&frame->target, gateway))))
		round->heard_gateway = true;
}

/* Takes all frames that wait. */
static int take_frames(struct round *round, struct error *err)
{
	struct packet packet;
	struct frame frame;
	int r;

	while ((r = packet_next(round->packets, &packet)) > 0) {
		if (!frame_parse(&frame, packet.bytes, packet.len))
			continue;
		watch_gateway(round, &frame, packet.way);
		for (size_t i = 0; i < round->count; i++)
			probe_see(&round->probes[i], &frame, packet.way, packet.time_us);
	}
	if (r == -ENETDOWN) {
		round->proof->nic_down = true;
		return 0;
	}
	return r < 0 ? error_errno(err, r, "packet socket") : 0;
}

static bool replied(const struct round *round)
{
	for (size_t i = 0; i < round->count; i++)
		if (round->probes[i].stage == PROBE_REPLIED)
			return true;
	return false;
}

/* When nothing more is to be expected of the probes from number first on. */
static int64_t deadline_us(const struct round *round, size_t first, int64_t begin_us,
			   int64_t patience_us)
{
	int64_t latest = begin_us;

	for (size_t i = first; i < round->count; i++) {
		int64_t deadline = probe_deadline_us(&round->probes[i], begin_us, patience_us);

		if (deadline > latest)
			latest = deadline;
	}
	return latest < round->begin_us + ROUND_US ? latest : round->begin_us + ROUND_US;
}

/* Watches until a reply came, or nothing more is to be expected of the probes from number first on.
 * Those before are still watched: their time was short. */
static int watch(struct round *round, size_t first, int64_t patience_us, struct error *err)
{
	int64_t begin_us = clock_now_us(), resend_us = begin_us + RESEND_US;
	int r;

	for (;;) {
		struct pollfd ready = {.fd = round->packets->fd, .events = POLLIN};
		int64_t now, deadline, next;

		r = take_frames(round, err);
		now = clock_now_us();
		deadline = deadline_us(round, first, begin_us, patience_us);
		if (r < 0 || round->proof->nic_down || replied(round) || now >= deadline)
			return r;
		for (size_t i = 0; now >= resend_us && i < round->count; i++)
			send_request(round, &round->probes[i]);
		if (now >= resend_us)
			resend_us = now + RESEND_US;
		next = deadline < resend_us ? deadline : resend_us;
		poll(&ready, 1, (int)((next - now + 999) / 1000));
	}
}

static int try_gateway(struct round *round, struct error *err)
{
	int r = add_probe(round, &round->ask->gateway, true, err);

	return r < 0 ? r : watch(round, 0, GATEWAY_PATIENCE_US, err);
}

static int try_hosts(struct round *round, struct error *err)
{
	size_t first = round->count;
	int r = 0;

	for (size_t i = 0; r == 0 && i < round->ask->host_count && i < UPSTREAM_HOSTS_MAX; i++)
		r = add_probe(round, &round->ask->hosts[i], false, err);
	return r < 0 ? r : watch(round, first, HOST_PATIENCE_US, err);
}

/* Asked for, and not answered: another target would meet the same. */
static bool is_unanswered(const struct round *round)
{
	return round->count && round->probes[0].stage == PROBE_SOLICITED;
}

static int run_round(struct round *round, struct error *err)
{
	int r = 0;

	round->begin_us = clock_now_us();
	if (round->ask->has_gateway)
		r = try_gateway(round, err);
	if (r == 0 && !replied(round) && !is_unanswered(round) && !round->proof->nic_down &&
	    round->ask->host_count)
		r = try_hosts(round, err);
	return r;
}

static void conclude(const struct round *round)
{
	struct upstream_proof *proof = round->proof;
	const struct probe *best = &round->probes[0];

	for (size_t i = 1; i < round->count; i++)
		best = probe_better(best, &round->probes[i]);
	if (!proof->probe_count || probe_better(&proof->probe, best) == best)
		proof->probe = *best;
	proof->probe_count += (unsigned)round->count;
	for (size_t i = 0; i < round->count; i++)
		proof->strangers += round->probes[i].has_stranger;
	proof->gateway_silent = round->asked_for_gateway && !round->heard_gateway;
}

int upstream_prove(const struct upstream_ask *ask, struct upstream_proof *proof, struct error *err)
{
	CLEANUP(cleanup_fd) int raw = -1;
	CLEANUP(packet_close) struct packet_socket packets = PACKET_SOCKET_INIT;
	int r;

	*proof = (struct upstream_proof){0};
	if ((!ask->has_gateway && !ask->host_count) || ask->prefix.len > 64)
		return error_set(err, -EINVAL, "nobody to ask, or no prefix to ask from");
	r = packet_open_icmp6(&packets, ask->nic_index, err);
	if (r < 0)
		return r;
	raw = open_raw(&ask->nic, err);
	if (raw < 0)
		return raw;
	for (int i = 0;
	     r == 0 && i < ROUNDS && proof->probe.stage != PROBE_REPLIED && !proof->nic_down; i++) {
		struct round round = {.ask = ask, .proof = proof, .raw = raw, .packets = &packets};

		r = run_round(&round, err);
		conclude(&round);
	}
	return r;
}
