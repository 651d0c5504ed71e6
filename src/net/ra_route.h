/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* Whether a default route through the link is somebody else's than the kernel's own: a network
 * manager's, that takes router advertisements by itself. text is /proc/net/ipv6_route, where the
 * kernel marks those that it took from an advertisement (RTF_ADDRCONF, linux/ipv6_route.h), which
 * rtnetlink doesn't tell. Pure. */
bool ra_route_is_managed(const char *text, const char *link);
