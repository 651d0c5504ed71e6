/* SPDX-License-Identifier: MIT */
#include "prove/echo.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/ip.h"
#include "prove/ping.h"

/* Both families' header is the same: type, code, checksum, identifier, sequence number. */
#define ECHO_HEADER_LEN 8
#define IPV6_HEADER_LEN 40
#define IPV4_HEADER_LEN 20
#define PACKET_MAX 65535

static int set_up(struct echo_socket *echo, struct error *err)
{
	uint8_t bytes[sizeof(echo->id) + sizeof(echo->cookie)];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return error_errno(err, -EIO, "getrandom");
	memcpy(&echo->id, bytes, sizeof(echo->id));
	memcpy(echo->cookie, bytes + sizeof(echo->id), sizeof(echo->cookie));
	return 0;
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

int echo_open(struct echo_socket *echo, const struct ping_ask *ask, struct error *err)
{
	CLEANUP(cleanup_fd)
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	struct sockaddr_in6 dst = {.sin6_family = AF_INET6, .sin6_addr = ask->dst};
	struct sockaddr_in6 src = {.sin6_family = AF_INET6, .sin6_addr = ask->src};
	const char *device = ask->device.s;
	struct icmp6_filter replies;

	*echo = ECHO_SOCKET_INIT;
	if (fd < 0)
		return error_errno(err, -errno, "raw socket");
	ICMP6_FILTER_SETBLOCKALL(&replies);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &replies);
	/* Against the interface's MTU, not against what was learnt about the path: a packet that is
	 * bigger than the path takes is to be lost there. */
	if (setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &replies, sizeof(replies)) < 0 ||
	    set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1) < 0 ||
	    set(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1) < 0 ||
	    set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE) < 0)
		return error_errno(err, -errno, "raw socket");
	if (*device &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)) < 0)
		return error_errno(err, -errno, "%s", device);
	if (IN6_IS_ADDR_LINKLOCAL(&dst.sin6_addr))
		dst.sin6_scope_id = if_nametoindex(device);
	if (IN6_IS_ADDR_LINKLOCAL(&src.sin6_addr))
		src.sin6_scope_id = if_nametoindex(device);
	if (ask->has_src && bind(fd, (struct sockaddr *)&src, sizeof(src)) < 0)
		return error_errno(err, -errno, "%s", ip_text(&ask->src).s);
	memcpy(&echo->dst, &dst, sizeof(dst));
	echo->fd = take_fd(&fd);
	return set_up(echo, err);
}

int echo_open_ipv4(struct echo_socket *echo, struct in_addr addr, struct error *err)
{
	CLEANUP(cleanup_fd)
	int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP);
	struct sockaddr_in dst = {.sin_family = AF_INET, .sin_addr = addr};

	*echo = ECHO_SOCKET_INIT;
	if (fd < 0)
		return error_errno(err, -errno, "raw socket");
	if (set(fd, IPPROTO_IP, IP_RECVERR, 1) < 0)
		return error_errno(err, -errno, "raw socket");
	memcpy(&echo->dst, &dst, sizeof(dst));
	echo->is_ipv4 = true;
	echo->fd = take_fd(&fd);
	return set_up(echo, err);
}

/* RFC 1071. Over IPv6 the kernel fills it in. */
static uint16_t checksum(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

int echo_send(struct echo_socket *echo, unsigned size)
{
	size_t ip_len = echo->is_ipv4 ? IPV4_HEADER_LEN : IPV6_HEADER_LEN;
	socklen_t dst_len =
		echo->is_ipv4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	uint8_t message[PACKET_MAX] = {echo->is_ipv4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST};
	size_t len = size - ip_len;
	int r = 0;

	if (echo->count == ECHO_REQUESTS_MAX)
		return -ENOBUFS;
	if (size > PACKET_MAX)
		return -EMSGSIZE;
	if (len < ECHO_HEADER_LEN + ECHO_COOKIE_LEN || size < ip_len)
		return -EINVAL;
	put16(message + 4, echo->id);
	put16(message + 6, (uint16_t)echo->count);
	memcpy(message + ECHO_HEADER_LEN, echo->cookie, ECHO_COOKIE_LEN);
	if (echo->is_ipv4)
		put16(message + 2, checksum(message, len));
	echo->sent_us[echo->count] = clock_now_us();
	echo->size[echo->count] = size;
	/* The first failure may be an error that came back for an earlier request. */
	for (int tries = 0; tries < 2; tries++) {
		r = sendto(echo->fd, message, len, 0, (struct sockaddr *)&echo->dst, dst_len) < 0
			    ? -errno
			    : 0;
		if (r == 0 || r == -EMSGSIZE || !echo->count)
			break;
	}
	if (r == 0)
		echo->count++;
	return r;
}

/* The number of the request that a message (or the one that an error is about) belongs to; -1: none
 * of this socket's. */
static int number_of(const struct echo_socket *echo, const uint8_t *message, size_t len,
		     uint8_t type)
{
	unsigned number;

	if (len < ECHO_HEADER_LEN + ECHO_COOKIE_LEN || message[0] != type ||
	    (message[4] << 8 | message[5]) != echo->id ||
	    memcmp(message + ECHO_HEADER_LEN, echo->cookie, ECHO_COOKIE_LEN) != 0)
		return -1;
	number = (unsigned)(message[6] << 8 | message[7]);
	return number < echo->count ? (int)number : -1;
}

/* IPv4's raw sockets give the IP header, too. */
static size_t header_len(const struct echo_socket *echo, const uint8_t *bytes, size_t len)
{
	size_t header = echo->is_ipv4 && len ? (bytes[0] & 15u) * 4 : 0;

	return header < len ? header : len;
}

static void read_error(const struct cmsghdr *control, struct echo_event *event)
{
	struct sock_extended_err error;
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	memcpy(&error, CMSG_DATA(control), sizeof(error));
	event->type = error.ee_type;
	event->code = error.ee_code;
	if (control->cmsg_level == IPPROTO_IPV6) {
		memcpy(&in6, CMSG_DATA(control) + sizeof(error), sizeof(in6));
		event->from = in6.sin6_addr;
	} else {
		memcpy(&in, CMSG_DATA(control) + sizeof(error), sizeof(in));
		memset(&event->from, 0, sizeof(event->from));
		event->from.s6_addr[10] = event->from.s6_addr[11] = 0xff;
		memcpy(&event->from.s6_addr[12], &in.sin_addr, sizeof(in.sin_addr));
	}
}

/* Takes one error from the socket's queue: 1; one that is of no interest: 0; -1: there is none. The
 * kernel's own ones (origin local) are known from sendto already. */
static int next_error(struct echo_socket *echo, struct echo_event *event)
{
	uint8_t bytes[256];
	_Alignas(struct cmsghdr) char control[256];
	struct iovec iov = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(echo->fd, &message, MSG_ERRQUEUE);
	uint8_t type = echo->is_ipv4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;

	if (got < 0)
		return -1;
	for (struct cmsghdr *one = CMSG_FIRSTHDR(&message); one; one = CMSG_NXTHDR(&message, one)) {
		struct sock_extended_err error;
		int number;

		if (!(one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_RECVERR) &&
		    !(one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_RECVERR))
			continue;
		memcpy(&error, CMSG_DATA(one), sizeof(error));
		if (error.ee_origin != SO_EE_ORIGIN_ICMP && error.ee_origin != SO_EE_ORIGIN_ICMP6)
			return 0;
		number = number_of(echo, bytes, (size_t)got, type);
		if (number < 0)
			return 0;
		*event = (struct echo_event){.is_error = true, .size = echo->size[number]};
		read_error(one, event);
		return 1;
	}
	return 0;
}

/* As next_error. */
static int next_reply(struct echo_socket *echo, struct echo_event *event)
{
	uint8_t bytes[256], type = echo->is_ipv4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY;
	ssize_t got = recv(echo->fd, bytes, sizeof(bytes), 0);
	size_t header;
	int number;

	if (got < 0)
		return errno == EAGAIN ? -1 : 0;
	header = header_len(echo, bytes, (size_t)got);
	number = number_of(echo, bytes + header, (size_t)got - header, type);
	if (number < 0)
		return 0;
	*event = (struct echo_event){.size = echo->size[number]};
	event->rtt_us = clock_now_us() - echo->sent_us[number];
	return 1;
}

bool echo_next(struct echo_socket *echo, struct echo_event *event)
{
	int r;

	do {
		r = next_reply(echo, event);
	} while (r == 0);
	if (r > 0)
		return true;
	do {
		r = next_error(echo, event);
	} while (r == 0);
	return r > 0;
}

void echo_close(struct echo_socket *echo)
{
	cleanup_fd(&echo->fd);
	echo->fd = -1;
}
