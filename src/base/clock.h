/* SPDX-License-Identifier: MIT */
#pragma once

/* CLOCK_MONOTONIC in milliseconds. */
long clock_now_ms(void);

void clock_sleep_ms(int ms);

/* The wall clock as ISO 8601 in UTC, "2026-11-23T04:55:00Z". */
struct clock_text {
	char s[sizeof("2026-11-23T04:55:00Z") + 8];
};
struct clock_text clock_utc(void);
