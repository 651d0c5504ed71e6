/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

struct check;

/* What is known of the time, each in seconds since the epoch; 0: not known. */
struct clock_facts {
	int64_t now;	   /* this machine's */
	int64_t service;   /* the metadata service's, at the same time */
	int64_t applied;   /* when the last apply was, by this machine's clock */
	int64_t handshake; /* the latest one, by the same clock */
};

/* Judges whether the clock is right, or has gone back. Pure. */
void clock_judge(struct check *check, const struct clock_facts *facts);
