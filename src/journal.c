/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <syslog.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "base/clock.h"

/* Of the line about the whole run, for whoever filters by it: journalctl MESSAGE_ID=… */
#define RUN_MESSAGE_ID "9d3f4c1b6a5e4f0c8b27d1e05a93c6f4"

void journal_begin(struct journal *journal, const char *command, bool live)
{
	unsigned char id[16] = {0};

	*journal = (struct journal){.command = live ? command : NULL};
	if (getrandom(id, sizeof(id), 0) == sizeof(id))
		for (size_t i = 0; i < sizeof(id); i++)
			snprintf(journal->run + 2 * i, 3, "%02x", id[i]);
	journal->begin_us = journal->stage_us = clock_now_us();
}

/* stage NULL: the whole run. A journal that isn't there is no failure of ours. LOG_NOTICE: the unit
 * leaves out what is below it, such as systemd's own lines about each start. */
static void send(const struct journal *journal, const char *stage, int result, int64_t usec,
		 const char *text)
{
	const char *word = result < 0 ? "failed" : "done";

	sd_journal_send("MESSAGE=%s%s%s: %s (%.3f s)", journal->command, stage ? ": " : "",
			stage ? stage : "", text, (double)usec / 1000000, "PRIORITY=%d",
			result < 0 ? LOG_ERR : LOG_NOTICE, "SYSLOG_IDENTIFIER=sixrelay",
			"SIXRELAY_RUN=%s", journal->run, "SIXRELAY_COMMAND=%s", journal->command,
			"SIXRELAY_RESULT=%s", word, "SIXRELAY_USEC=%" PRId64, usec,
			stage ? "SIXRELAY_STAGE=%s" : "MESSAGE_ID=%s",
			stage ? stage : RUN_MESSAGE_ID, NULL);
}

void journal_hold(struct journal *journal)
{
	journal->holding = true;
}

static void end_holding(struct journal *journal, bool sending)
{
	for (size_t i = 0; i < journal->held_count; i++) {
		struct journal_line *line = &journal->held[i];

		if (sending)
			send(journal, line->stage, line->result, line->usec, line->text);
		free(line->text);
	}
	journal->held_count = 0;
	journal->holding = false;
}

void journal_release(struct journal *journal)
{
	if (!journal->muted)
		end_holding(journal, true);
}

void journal_mute(struct journal *journal)
{
	journal->holding = journal->muted = true;
}

void journal_unmute(struct journal *journal)
{
	if (!journal->muted)
		return;
	journal->muted = false;
	journal_release(journal);
}

static void add_line(struct journal *journal, const char *stage, int result, int64_t usec,
		     char *text)
{
	if (journal->holding && (result < 0 || journal->held_count == JOURNAL_HELD_MAX))
		journal_release(journal);
	if (journal->holding && journal->held_count < JOURNAL_HELD_MAX) {
		journal->held[journal->held_count++] =
			(struct journal_line){stage, result, usec, text};
		return;
	}
	if (!journal->holding)
		send(journal, stage, result, usec, text);
	free(text);
}

void journal_stage(struct journal *journal, const char *stage, int result, const char *fmt, ...)
{
	int64_t now = clock_now_us();
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (journal->command && text)
		add_line(journal, stage, result, now - journal->stage_us, text);
	else
		free(text);
	journal->stage_us = now;
}

void journal_note(const struct journal *journal, const char *label, const char *text)
{
	if (journal->command)
		sd_journal_send("MESSAGE=sixrelay: %s%s", label, text, "PRIORITY=%d", LOG_NOTICE,
				"SYSLOG_IDENTIFIER=sixrelay", "SIXRELAY_RUN=%s", journal->run,
				"SIXRELAY_COMMAND=%s", journal->command, NULL);
}

void journal_end(struct journal *journal, int result, const char *fmt, ...)
{
	va_list args;
	char *text;

	if (journal->holding && (journal->muted || result >= 0)) {
		end_holding(journal, false);
		return;
	}
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (journal->holding)
		journal_release(journal);
	if (journal->command && text)
		send(journal, NULL, result, clock_now_us() - journal->begin_us, text);
	free(text);
}
