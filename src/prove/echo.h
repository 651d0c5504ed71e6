/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct ping_ask;

/* A socket that sends echo requests to one address and hears what comes of them: ping.c and
 * path_mtu.c share it. */

#define ECHO_COOKIE_LEN 8
#define ECHO_REQUESTS_MAX 256

struct echo_socket {
	int fd; /* to poll(2); -1: closed */
	bool is_ipv4;
	struct sockaddr_storage dst;
	uint16_t id;
	uint8_t cookie[ECHO_COOKIE_LEN]; /* begins each payload */
	unsigned count;			 /* of the requests so far; the number of the next */
	/* By number: when it was sent, and its whole packet's size. */
	int64_t sent_us[ECHO_REQUESTS_MAX];
	unsigned size[ECHO_REQUESTS_MAX];
};

#define ECHO_SOCKET_INIT ((struct echo_socket){.fd = -1})

/* A reply to one of the requests, or an error about one. */
struct echo_event {
	bool is_error;
	unsigned size;	/* the request's, when it is known; else 0 */
	int64_t rtt_us; /* a reply's */
	uint8_t type, code;
	struct in6_addr from; /* who sent the error; IPv4: mapped */
};

/* For ask's destination, source and device. As ping_send has it: negative when it can't be. */
int echo_open(struct echo_socket *echo, const struct ping_ask *ask, struct error *err);
int echo_open_ipv4(struct echo_socket *echo, struct in_addr addr, struct error *err);

/* Sends a request in a packet of size bytes. -EMSGSIZE: more than the interface takes, in one
 * packet; -ENOBUFS when all numbers are used up; or another negative errno. */
int echo_send(struct echo_socket *echo, unsigned size);

/* The next event that has come; false: none is waiting. */
bool echo_next(struct echo_socket *echo, struct echo_event *event);

void echo_close(struct echo_socket *echo);
