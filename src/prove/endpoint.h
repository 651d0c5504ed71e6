/* SPDX-License-Identifier: MIT */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* The address of "198.51.100.7:13231"; false for an IPv6 endpoint, or none. Pure. */
bool endpoint_parse(struct in_addr *addr, const char *endpoint);
