/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a run leaves in the journal (sd_journal_send(3)): a line for each stage, with its time, and
 * one for the whole, each with structured fields:
 *   SIXRELAY_RUN      the run's id: all its lines have it
 *   SIXRELAY_COMMAND  apply, revert, verify
 *   SIXRELAY_STAGE    metadata, plan, tunnel, …; not in the last line
 *   SIXRELAY_RESULT   done, failed
 *   SIXRELAY_USEC     how long it took
 * English, and no secret: what is told here is what is printed, too. */

#define JOURNAL_HELD_MAX 8

struct journal {
	const char *command; /* NULL: nothing is left, as below --root */
	char run[33];
	int64_t begin_us, stage_us; /* CLOCK_MONOTONIC */
	bool holding;
	bool muted; /* nothing ends the holding but journal_end, or journal_unmute */
	size_t held_count;
	struct journal_line {
		const char *stage;
		int result;
		int64_t usec;
		char *text;
	} held[JOURNAL_HELD_MAX];
};

/* Starts a run's clock. */
void journal_begin(struct journal *journal, const char *command, bool live);

/* Keeps the lines that come until it is known whether the run is worth any: journal_release, a
 * failure, or more than JOURNAL_HELD_MAX of them. A run that ends without leaves nothing. */
void journal_hold(struct journal *journal);
void journal_release(struct journal *journal);

/* Keeps them even so, until journal_unmute, which releases them; those beyond JOURNAL_HELD_MAX are
 * lost. A run that ends muted leaves nothing. */
void journal_mute(struct journal *journal);
void journal_unmute(struct journal *journal);

/* Tells of the stage, a string of the program's own, that ends now; it began where the one before
 * ended. result is 0 or a negative errno. */
__attribute__((format(printf, 4, 5))) void journal_stage(struct journal *journal, const char *stage,
							 int result, const char *fmt, ...);

/* Tells something besides, in the words that a person would read. */
void journal_note(const struct journal *journal, const char *label, const char *text);

/* Tells of the whole run. */
__attribute__((format(printf, 3, 4))) void journal_end(struct journal *journal, int result,
						       const char *fmt, ...);
