/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

struct error;

/* Writes text to a console device. A device that takes nothing is given up after five seconds
 * (-ETIME). */
int console_write(const char *device, const char *text, size_t len, struct error *err);
