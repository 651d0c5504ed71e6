/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

/* CLOCK_MONOTONIC in milliseconds, and in microseconds. */
long clock_now_ms(void);
int64_t clock_now_us(void);

void clock_sleep_ms(int ms);

/* The wall clock as ISO 8601 in UTC, "2026-11-23T04:55:00Z". */
struct clock_text {
	char s[sizeof("2026-11-23T04:55:00Z") + 8];
};
struct clock_text clock_utc(void);
