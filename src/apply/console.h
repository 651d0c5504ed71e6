/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "relay/conf.h"

/* How long a console may take nothing at all, and the whole of it. */
struct console_limits {
	long stall_ms, total_ms;
};

/* A serial line of 9600 baud takes a second for a kilobyte, and its driver's buffer, 4 KiB, has to
 * be all but empty before it takes more. */
#define CONSOLE_LIMITS_DEFAULT ((struct console_limits){.stall_ms = 10000, .total_ms = 120000})

/* Writes text to all of the devices, at once, so that none waits for another: each as fast as it
 * takes it, in whole lines, with a carriage return before each newline where the terminal doesn't
 * add one. Two names of one terminal get it once. errors has room for count: what became of each,
 * code 0 when it has all of the text. A device that isn't a terminal is not written to. Returns how
 * many failed. */
size_t console_write(const char devices[][CONF_CONSOLE_SIZE], size_t count, const char *text,
		     size_t len, const struct console_limits *limits, struct error errors[]);
