/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "status/mark.h"

struct buf;

/* The way from the Internet to the LANs as a line of boxes, with a mark at each hop. Pure. */

enum {
	PICTURE_INTERNET,
	PICTURE_GATEWAY,
	PICTURE_NIC,
	PICTURE_TUNNEL,
	PICTURE_SHARED, /* as many boxes are all sites' */
};

struct picture_site {
	const char *router;
	enum mark tunnel, lan;
};

struct picture {
	struct style style;
	const char *names[PICTURE_SHARED];
	enum mark marks[PICTURE_SHARED - 1]; /* between each and the next one */
	const char *lan;
	size_t site_count;
	const struct picture_site *sites;
};

/* Appends the picture, no line of it wider than 80 columns: names that are too long for that are
 * shortened in their middle. One site goes on in the line, and its hops have the numbers 4 and 5
 * below them, after 1 to 3; several branch off below the tunnel, a row each. */
void picture_draw(const struct picture *picture, struct buf *out);
