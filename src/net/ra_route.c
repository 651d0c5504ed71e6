/* SPDX-License-Identifier: MIT */
#include "net/ra_route.h"

#include <stdio.h>
#include <string.h>

#define ADDRCONF 0x40000u
#define GATEWAY 0x2u
#define REJECT 0x200u

bool ra_route_is_managed(const char *text, const char *link)
{
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		unsigned length, flags;
		char name[32];

		line += *line == '\n';
		/* destination, its length, source, its length, next hop, metric, references, uses,
		 * flags, link */
		if (sscanf(line, "%*32s %2x %*32s %*2s %*32s %*8s %*8s %*8s %8x %31s", &length,
			   &flags, name) == 3 &&
		    length == 0 && flags & GATEWAY && !(flags & (ADDRCONF | REJECT)) &&
		    !strcmp(name, link))
			return true;
	}
	return false;
}
