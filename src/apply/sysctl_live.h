/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

struct error;
struct relay;

/* Sets key number index of sysctl_list in the running kernel. */
int sysctl_set(int root, const struct relay *relay, size_t index, struct error *err);
