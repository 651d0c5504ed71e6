/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct buf;
struct cJSON;
struct error;
struct plan;

/* The commands: each takes the options, prints, and returns the exit status. */

#define EXIT_USAGE 2
#define EXIT_REPEATED 75 /* --quiet: failed as the run before did, which has told it */

struct options {
	const char *config;   /* --config */
	const char *root;     /* --root */
	const char *metadata; /* --metadata */
	const char *site;     /* --site */
	bool json, verbose, no_secret, revert;
	bool yes, keep_keys, watch, quiet;
};

int cmd_apply(const struct options *options);
int cmd_plan(const struct options *options);
int cmd_revert(const struct options *options);
int cmd_script(const struct options *options);
int cmd_status(const struct options *options);
int cmd_verify(const struct options *options);

/* Prints "sixrelay: <label><text>" on standard error: broken into lines for a terminal, in one line
 * for a log and for grep. */
void cmd_tell(const char *label, const char *text);

/* Tells what went wrong. Returns status. */
int cmd_fail(const struct error *err, int status);

/* Prints a step that is about to be done, and a failure of it: for apply and revert, of
 * apply_progress_fn's type. */
void cmd_progress(const char *step, const struct error *failure, void *data);

/* Takes the lock of lock.h, and says so when it has to wait: *waited is set then. Returns what
 * lock_take does. */
int cmd_lock(int root, bool *waited, struct error *err);

/* The same with lock_share. */
int cmd_lock_shared(int root, bool *waited, struct error *err);

/* Ends what was written to standard output with stdio. Returns 0, or 1 when it did not arrive. */
int cmd_flush(void);

/* Writes a buffer to standard output. Returns 0, or 1 when it can't be written. */
int cmd_print(const struct buf *out);

/* Adds the plan's notes to a document, as the array "notes". */
void cmd_json_notes(struct cJSON *root, const struct plan *plan);

/* Appends the document's text to out, and deletes the document. */
void cmd_json_print(struct cJSON *root, struct buf *out);
