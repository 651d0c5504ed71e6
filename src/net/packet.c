/* SPDX-License-Identifier: MIT */
#include "net/packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"

/* A frame that waited longer was not: the clock was set. */
#define AGE_MAX_US 5000000

static int64_t timespec_us(const struct timespec *time)
{
	return time->tv_sec * INT64_C(1000000) + time->tv_nsec / 1000;
}

static int64_t wall_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return timespec_us(&now);
}

/* The socket hears nothing before it has its filter: the protocol comes with bind(2). */
static int open_filtered(struct packet_socket *packets, int index, const struct sock_fprog *program,
			 struct error *err)
{
	CLEANUP(cleanup_fd) int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_ll link = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL), /* with a single one no outgoing frame is seen */
		.sll_ifindex = index,
	};
	int on = 1;

	if (fd < 0)
		return error_errno(err, -errno, "packet socket");
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, sizeof(*program)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&link, sizeof(link)) < 0)
		return error_errno(err, -errno, "packet socket");
	packets->wall_us = wall_now_us() - clock_now_us();
	packets->fd = take_fd(&fd);
	return 0;
}

int packet_open_icmp6(struct packet_socket *packets, int index, struct error *err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 6),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14 + 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_HOPOPTS, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14 + 40),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, PACKET_BYTES_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {.len = ARRAY_SIZE(code), .filter = code};
	/* Solicitations go to a group that is made of the address asked for (RFC 4291 section
	 * 2.7.1), and for most of a prefix's addresses the NIC's own filter would keep them. */
	const struct packet_mreq all_groups = {
		.mr_ifindex = index,
		.mr_type = PACKET_MR_ALLMULTI,
	};
	int r = open_filtered(packets, index, &program, err);

	if (r == 0 && setsockopt(packets->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all_groups,
				 sizeof(all_groups)) < 0) {
		r = error_errno(err, -errno, "packet socket: groups");
		packet_close(packets);
	}
	return r;
}

int packet_open_udp(struct packet_socket *packets, int index, uint16_t port, struct error *err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 10),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14 + 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 8),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 14 + 6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 6, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 14),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 2, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 14 + 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, PACKET_BYTES_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {.len = ARRAY_SIZE(code), .filter = code};

	return open_filtered(packets, index, &program, err);
}

static enum packet_way way_of(unsigned char type)
{
	switch (type) {
	case PACKET_OUTGOING:
		return PACKET_OUT;
	case PACKET_OTHERHOST:
		return PACKET_PASSING;
	default:
		return PACKET_IN;
	}
}

/* When the kernel saw the frame. It tells by the wall clock alone, which may be set at any time,
 * and at a first boot often is. */
static int64_t time_us(struct packet_socket *packets, const struct cmsghdr *stamp)
{
	int64_t now = clock_now_us(), ahead = wall_now_us() - now, seen;
	struct timespec wall;

	if (!stamp || stamp->cmsg_level != SOL_SOCKET || stamp->cmsg_type != SCM_TIMESTAMPNS)
		return now;
	/* Less is what passes between two looks at a clock. */
	if (llabs(ahead - packets->wall_us) > 1000)
		packets->wall_us = ahead;
	memcpy(&wall, CMSG_DATA(stamp), sizeof(wall));
	seen = timespec_us(&wall) - packets->wall_us;
	return seen <= now && seen > now - AGE_MAX_US ? seen : now;
}

int packet_next(struct packet_socket *packets, struct packet *packet)
{
	struct sockaddr_ll from = {0};
	struct iovec iov = {.iov_base = packet->bytes, .iov_len = sizeof(packet->bytes)};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct timespec))];
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(packets->fd, &message, 0);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	packet->way = way_of(from.sll_pkttype);
	packet->time_us = time_us(packets, CMSG_FIRSTHDR(&message));
	packet->len = (size_t)got;
	return 1;
}

void packet_close(struct packet_socket *packets)
{
	cleanup_fd(&packets->fd);
	packets->fd = -1;
}
