/* SPDX-License-Identifier: MIT */
#pragma once

/* What a live check of the relay came to. */

enum check_result {
	CHECK_PASS,
	CHECK_FAIL,
	CHECK_SKIP, /* not looked at: seen says why */
};

struct check {
	enum check_result result;
	char seen[400];	  /* what was seen; one sentence */
	char cause[400];  /* CHECK_FAIL: the likely cause */
	char advice[400]; /* CHECK_FAIL: the first thing to try */
};

/* Each sets the result and what was seen, in a sentence for people. What doesn't fit is cut. */
__attribute__((format(printf, 2, 3))) void check_pass(struct check *check, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void check_skip(struct check *check, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void check_fail(struct check *check, const char *fmt, ...);

/* For a check that failed: its likely cause, and the first thing to try. */
__attribute__((format(printf, 2, 3))) void check_cause(struct check *check, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void check_advise(struct check *check, const char *fmt, ...);

/* "pass", "fail", "skip": English, for JSON; marked for translation elsewhere. */
const char *check_word(enum check_result result);
