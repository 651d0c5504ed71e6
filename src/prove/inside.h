/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct ping;
struct site;
struct subject;

/* Whether the router answers a ping of its address inside the tunnel; three tries. */
bool transit_answers(const struct subject *s, const struct site *site, struct ping *ping);
