/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Runs destroy(&variable) when the variable leaves its scope: initialise it where it is declared.
 */
#define CLEANUP(destroy) __attribute__((cleanup(destroy)))

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_stream(FILE **stream)
{
	if (*stream)
		fclose(*stream);
}

/* Hands the descriptor over: the variable no longer owns it. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}
