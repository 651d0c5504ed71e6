/* SPDX-License-Identifier: MIT */
#pragma once

#define ERROR_TEXT_MAX 512

/* What went wrong: a negative errno and the sentence for the user. It lives on the caller's
 * stack; start it with ERROR_INIT. */
struct error {
	int code;
	char text[ERROR_TEXT_MAX];
};

#define ERROR_INIT ((struct error){0})

/* Sets code (a negative errno) and text. Returns code, so that a failing function can end with
 * `return error_set(…)`. err may be NULL: the text is dropped. It may hold what others wrote, and
 * is read on consoles: nothing in it commands a terminal (terminal_mask). */
__attribute__((format(printf, 3, 4))) int error_set(struct error *err, int code, const char *fmt,
						    ...);

/* As error_set, with ": " and the meaning of code (strerror) appended. */
__attribute__((format(printf, 3, 4))) int error_errno(struct error *err, int code, const char *fmt,
						      ...);

/* Puts "<fmt>: " before the text that is there. Returns code, the failure that is being passed on:
 * err may be NULL, and then knows nothing of it. */
__attribute__((format(printf, 3, 4))) int error_wrap(struct error *err, int code, const char *fmt,
						     ...);
