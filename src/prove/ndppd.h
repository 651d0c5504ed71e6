/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apply/units.h"

struct check;

/* What is known of the running ndppd. */
struct ndppd_facts {
	struct service_status service;
	uint64_t now_us;   /* CLOCK_MONOTONIC */
	bool has_sockets;  /* the process could be looked at */
	bool listens;	   /* one of its packet sockets is on the NIC */
	bool allmulti;	   /* the NIC takes in what is for groups that the kernel hasn't joined */
	unsigned busy;	   /* percent of a processor, of late */
	bool disabled;	   /* it won't start at boot */
	const char *wrong; /* what of its configuration isn't as planned; NULL: nothing */
};

struct subject;

/* Notes how much processor time it has taken: check_ndppd compares. */
void ndppd_begin(struct subject *s);

/* Judges them. nic is the NIC's name. Pure. */
void ndppd_judge(struct check *check, const struct ndppd_facts *facts, const char *nic);

/* Whether /proc/net/packet (packet(7)) has a socket with one of the inodes on the interface with
 * this index: a socket whose interface went away has none any more. Pure. */
bool packet_sockets_have(const char *text, const uint64_t inodes[], size_t count, int index);

/* Processor time of /proc/PID/stat (proc(5)): user and system, in clock ticks. False when it is no
 * such text. Pure. */
bool process_ticks(const char *stat, uint64_t *ticks);
