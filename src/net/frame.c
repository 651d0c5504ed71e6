/* SPDX-License-Identifier: MIT */
#include "net/frame.h"

#include <linux/if_ether.h>
#include <string.h>

/* What is left to read. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

/* Passes n bytes over; NULL when there are fewer. */
static const uint8_t *take(struct bytes *bytes, size_t n)
{
	const uint8_t *taken = bytes->at;

	if (bytes->left < n)
		return NULL;
	bytes->at += n;
	bytes->left -= n;
	return taken;
}

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

/* Keeps len bytes at most. */
static void cut(struct bytes *bytes, size_t len)
{
	if (bytes->left > len)
		bytes->left = len;
}

/* Passes the extension headers over (RFC 8200 section 4), and sets *next to what follows. */
static bool skip_extensions(struct bytes *bytes, uint8_t *next)
{
	for (int i = 0; i < 8; i++) {
		const uint8_t *header = bytes->at;
		size_t len = 8;

		switch (*next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			if (bytes->left < 2)
				return false;
			len = (header[1] + 1u) * 8;
			break;
		case IPPROTO_FRAGMENT:
			/* Only the first fragment has what we look for. */
			if (bytes->left < len || get16(header + 2) & 0xfff8)
				return false;
			break;
		default:
			return true;
		}
		if (!take(bytes, len))
			return false;
		*next = header[0];
	}
	return false;
}

/* What an IPv6 header says. */
struct ipv6 {
	struct in6_addr src, dst;
	uint8_t hop_limit;
	bool whole; /* all of the packet is there */
};

/* An IPv6 header (RFC 8200 section 3) and those behind it, up to the one returned. -1: no packet
 * of IPv6. What is behind the packet's end is the Ethernet frame's padding. */
static int read_ipv6(struct bytes *bytes, struct ipv6 *ipv6)
{
	const uint8_t *header = take(bytes, 40);
	uint8_t next;

	if (!header || header[0] >> 4 != 6)
		return -1;
	ipv6->whole = bytes->left >= get16(header + 4);
	cut(bytes, get16(header + 4));
	next = header[6];
	ipv6->hop_limit = header[7];
	memcpy(&ipv6->src, header + 8, sizeof(ipv6->src));
	memcpy(&ipv6->dst, header + 24, sizeof(ipv6->dst));
	return skip_extensions(bytes, &next) ? next : -1;
}

/* The option wanted (RFC 4861 section 4.6.1). False: the options are no options, and the message
 * is void (section 7.1). */
static bool read_options(struct frame *frame, struct bytes bytes, uint8_t wanted)
{
	while (bytes.left) {
		const uint8_t *option = bytes.at;
		size_t len = bytes.left >= 2 ? option[1] * 8u : 0;

		if (!len || !take(&bytes, len))
			return false;
		if (option[0] == wanted && !frame->has_mac) {
			frame->has_mac = true;
			memcpy(frame->mac.bytes, option + 2, sizeof(frame->mac.bytes));
		}
	}
	return true;
}

static enum frame_kind read_neighbour(struct frame *frame, struct bytes bytes, bool solicitation)
{
	enum { SOURCE_LINK_LAYER = 1, TARGET_LINK_LAYER = 2 };
	const uint8_t *message = take(&bytes, 24);

	if (!message || message[1] != 0)
		return FRAME_OTHER;
	memcpy(&frame->target, message + 8, sizeof(frame->target));
	if (IN6_IS_ADDR_MULTICAST(&frame->target) ||
	    !read_options(frame, bytes, solicitation ? SOURCE_LINK_LAYER : TARGET_LINK_LAYER))
		return FRAME_OTHER;
	return solicitation ? FRAME_SOLICITATION : FRAME_ADVERTISEMENT;
}

static bool read_echo(struct frame *frame, struct bytes bytes)
{
	const uint8_t *message = take(&bytes, 8);

	if (!message || message[1] != 0)
		return false;
	frame->has_echo = true;
	frame->id = get16(message + 4);
	frame->seq = get16(message + 6);
	cut(&bytes, sizeof(frame->payload));
	memcpy(frame->payload, bytes.at, bytes.left);
	frame->payload_len = bytes.left;
	return true;
}

static enum frame_kind read_error(struct frame *frame, struct bytes bytes)
{
	const uint8_t *message = take(&bytes, 8);
	struct ipv6 about;
	int next;

	if (!message)
		return FRAME_OTHER;
	frame->type = message[0];
	frame->code = message[1];
	frame->mtu = message[0] == 2 ? get32(message + 4) : 0;
	next = read_ipv6(&bytes, &about);
	if (next < 0)
		return FRAME_OTHER;
	frame->about_src = about.src;
	frame->about_dst = about.dst;
	/* An error about an echo reply is not about anything that we asked. */
	if (next == IPPROTO_ICMPV6 && bytes.left && bytes.at[0] == 128)
		read_echo(frame, bytes);
	return FRAME_ICMP_ERROR;
}

/* from_near: a whole packet that no router has passed on. */
static enum frame_kind read_icmp6(struct frame *frame, struct bytes bytes, bool from_near)
{
	switch (bytes.left ? bytes.at[0] : 0) {
	case 1: /* destination unreachable */
	case 2: /* packet too big */
	case 3: /* time exceeded */
	case 4: /* parameter problem */
		return read_error(frame, bytes);
	case 128:
		return read_echo(frame, bytes) ? FRAME_ECHO_REQUEST : FRAME_OTHER;
	case 129:
		return read_echo(frame, bytes) ? FRAME_ECHO_REPLY : FRAME_OTHER;
	case 135:
	case 136:
		return from_near ? read_neighbour(frame, bytes, bytes.at[0] == 135) : FRAME_OTHER;
	default:
		return FRAME_OTHER;
	}
}

/* len is the message's length by the UDP header: the frame may have been cut by the filter. */
static bool is_wireguard(const uint8_t head[static 4], size_t len)
{
	if (head[1] || head[2] || head[3])
		return false;
	switch (head[0]) {
	case WG_INITIATION:
		return len == 148;
	case WG_RESPONSE:
		return len == 92;
	case WG_COOKIE:
		return len == 64;
	case WG_DATA:
		return len >= 32;
	default:
		return false;
	}
}

/* RFC 791 section 3.1, RFC 768. */
static enum frame_kind read_ipv4(struct frame *frame, struct bytes bytes)
{
	const uint8_t *ip = take(&bytes, 20), *udp, *head;

	if (!ip || ip[0] >> 4 != 4 || (ip[0] & 15) < 5 || ip[9] != IPPROTO_UDP ||
	    get16(ip + 6) & 0x1fff || !take(&bytes, (ip[0] & 15u) * 4 - 20))
		return FRAME_OTHER;
	udp = take(&bytes, 8);
	head = take(&bytes, 4);
	if (!udp || !head || get16(udp + 4) < 8 || !is_wireguard(head, get16(udp + 4) - 8u))
		return FRAME_OTHER;
	frame->message = (enum wg_message)head[0];
	memcpy(&frame->src4, ip + 12, sizeof(frame->src4));
	memcpy(&frame->dst4, ip + 16, sizeof(frame->dst4));
	frame->src_port = get16(udp);
	frame->dst_port = get16(udp + 2);
	return FRAME_WIREGUARD;
}

static enum frame_kind read_packet(struct frame *frame, struct bytes bytes, uint16_t type)
{
	struct ipv6 ipv6;

	if (type == ETH_P_IP)
		return read_ipv4(frame, bytes);
	if (type != ETH_P_IPV6 || read_ipv6(&bytes, &ipv6) != IPPROTO_ICMPV6)
		return FRAME_OTHER;
	frame->src = ipv6.src;
	frame->dst = ipv6.dst;
	return read_icmp6(frame, bytes, ipv6.whole && ipv6.hop_limit == 255);
}

/* Of what turned out to be nothing, nothing is left. */
static bool done(struct frame *frame, enum frame_kind kind)
{
	if (kind == FRAME_OTHER)
		*frame = (struct frame){0};
	frame->kind = kind;
	return kind != FRAME_OTHER;
}

bool frame_parse(struct frame *frame, const void *data, size_t len)
{
	struct bytes bytes = {data, len};
	const uint8_t *header = take(&bytes, 14);
	uint16_t type;

	*frame = (struct frame){0};
	if (!header)
		return false;
	memcpy(frame->to.bytes, header, sizeof(frame->to.bytes));
	memcpy(frame->from.bytes, header + 6, sizeof(frame->from.bytes));
	type = get16(header + 12);
	for (int tags = 0; tags < 2 && (type == ETH_P_8021Q || type == ETH_P_8021AD); tags++) {
		const uint8_t *tag = take(&bytes, 4);

		if (!tag)
			return done(frame, FRAME_OTHER);
		type = get16(tag + 2);
	}
	return done(frame, read_packet(frame, bytes, type));
}

bool frame_parse_icmp6(struct frame *frame, const void *data, size_t len)
{
	struct bytes bytes = {data, len};

	*frame = (struct frame){0};
	return done(frame, read_icmp6(frame, bytes, false));
}
