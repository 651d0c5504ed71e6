/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/link_name.h"

/* What a frame on the wire says, as far as the proofs need it. Pure: bytes in, one struct out. The
 * bytes are anybody's, and may be cut short anywhere. No checksum is looked at: in a frame of our
 * own it is often left to the hardware. */

enum frame_kind {
	FRAME_OTHER,
	FRAME_SOLICITATION,  /* RFC 4861 section 4.3 */
	FRAME_ADVERTISEMENT, /* RFC 4861 section 4.4 */
	FRAME_ECHO_REQUEST,  /* RFC 4443 section 4.1 */
	FRAME_ECHO_REPLY,    /* RFC 4443 section 4.2 */
	FRAME_ICMP_ERROR,    /* RFC 4443 section 3: types 1 to 4 */
	FRAME_WIREGUARD,     /* https://www.wireguard.com/protocol/, over IPv4 */
};

/* The message types of WireGuard. */
enum wg_message {
	WG_INITIATION = 1, /* 148 bytes */
	WG_RESPONSE = 2,   /* 92 */
	WG_COOKIE = 3,	   /* 64 */
	WG_DATA = 4,	   /* 32 and more; 32 is a keepalive */
};

#define FRAME_PAYLOAD_MAX 64

struct frame {
	enum frame_kind kind;
	struct mac from, to;	  /* of the Ethernet header */
	struct in6_addr src, dst; /* all but FRAME_WIREGUARD */

	/* FRAME_SOLICITATION, FRAME_ADVERTISEMENT */
	struct in6_addr target;
	bool has_mac; /* the source's or the target's link-layer address was in it */
	struct mac mac;

	/* FRAME_ECHO_*; FRAME_ICMP_ERROR: of the echo request that it is about, if it is about one
	 */
	bool has_echo;
	uint16_t id, seq;
	uint8_t payload[FRAME_PAYLOAD_MAX]; /* its first bytes */
	size_t payload_len;

	/* FRAME_ICMP_ERROR */
	uint8_t type, code;
	uint32_t mtu;			      /* type 2, packet too big */
	struct in6_addr about_src, about_dst; /* of the packet that it is about */

	/* FRAME_WIREGUARD */
	enum wg_message message;
	struct in_addr src4, dst4;
	uint16_t src_port, dst_port;
};

/* Reads an Ethernet frame, with up to two VLAN tags. False, and FRAME_OTHER: none of the above, or
 * not whole as far as it counts. Neighbour discovery with a hop limit other than 255 came from
 * afar, and is none (RFC 4861 section 7.1). */
bool frame_parse(struct frame *frame, const void *bytes, size_t len);

/* Reads an ICMPv6 message by itself, as a raw socket gives it: an echo or an error. from, to, src
 * and dst are zero. */
bool frame_parse_icmp6(struct frame *frame, const void *bytes, size_t len);
