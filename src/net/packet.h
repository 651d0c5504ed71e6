/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct error;

/* Frames as they pass a network interface, in either direction (packet(7)): ahead of any firewall
 * on their way in, behind it on their way out. */

enum packet_way {
	PACKET_IN,	/* to this machine: its address, a group or all */
	PACKET_OUT,	/* from this machine */
	PACKET_PASSING, /* to another machine, and seen by chance */
};

#define PACKET_BYTES_MAX 256

/* A frame, or as much of it as fits. */
struct packet {
	enum packet_way way;
	int64_t time_us; /* clock_now_us, when the kernel saw it */
	size_t len;
	uint8_t bytes[PACKET_BYTES_MAX];
};

struct packet_socket {
	int fd;		 /* to poll(2) for reading; -1: closed */
	int64_t wall_us; /* what the wall clock is ahead of clock_now_us */
};

#define PACKET_SOCKET_INIT ((struct packet_socket){.fd = -1})

/* Both open a socket that sees frames from now on, and does not block. index is the interface's.
 * -EPERM without CAP_NET_RAW, -ENODEV without the interface. */

/* ICMPv6 frames, whatever group they are sent to (the interface takes all of them while the socket
 * is open). With VLAN tags, or extension headers other than hop-by-hop, they are not seen. */
int packet_open_icmp6(struct packet_socket *packets, int index, struct error *err);

/* UDP over IPv4, from or to a port, in first fragments and in packets that are none. */
int packet_open_udp(struct packet_socket *packets, int index, uint16_t port, struct error *err);

/* The next frame: 1; 0: none is waiting; -ENETDOWN: the interface is down or gone; or another
 * negative errno. */
int packet_next(struct packet_socket *packets, struct packet *packet);

void packet_close(struct packet_socket *packets);
