/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

/* A run of the timer that goes as the one before it, which failed, has nothing to tell: it would
 * only push what matters off the console, every few minutes. What a failed run came to is kept in
 * /run, so that each boot tells it once. */

struct repeat {
	int root;	    /* of "/"; -1: all of this is off */
	struct buf outcome; /* of this run so far */
	struct buf before;  /* of the run before, which failed; empty when it didn't */
	int held;	    /* what is printed goes there, to be told or not; -1: it isn't held */
	int out, err;	    /* standard output and error, meanwhile */
};

#define REPEAT_INIT ((struct repeat){.root = -1, .held = -1, .out = -1, .err = -1})

/* Looks how the run before ended. Where it failed, what is printed from now on is held, and true is
 * returned. */
bool repeat_begin(struct repeat *repeat);

/* Adds a line to what this run comes to; nothing where it is off. */
void repeat_add(struct repeat *repeat, const char *line);

/* Ends what repeat_begin began: true when this run failed just as the one before. Else prints what
 * was held, on standard error, and remembers how it ended for the next run. */
bool repeat_end(struct repeat *repeat, bool failed);

/* After revert nothing of it is left. */
void repeat_forget(void);
