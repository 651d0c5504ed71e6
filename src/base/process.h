/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct error;

/* Programs, run with an argument vector and never through a shell. */

/* A path in the administrator's PATH (/usr/sbin, /usr/bin, /sbin, /bin) and its length. */
struct process_path {
	char s[64];
};

/* Where the program is; false when it is not installed. */
bool process_find(struct process_path *path, const char *name);

/* What a child gets beside its arguments. */
struct process {
	const char *const *argv; /* argv[0] is a bare name, looked up with process_find */
	int input;		 /* its standard input; -1: /dev/null */
	int extra;		 /* its descriptor 3; -1: none */
	int deadline_ms;	 /* then it is killed, with its children */
	bool output_only;	 /* standard error goes to /dev/null */
	size_t output_max;	 /* what is kept of its output, about; 0: 1 MiB */
};

/* Runs the program to its end with a clean environment (PATH, LC_ALL=C) and no other descriptor.
 * Appends standard output and standard error to out, as they come. Returns the exit status (0 to
 * 255), or a negative errno: -ENOENT not installed, -ETIME killed at the deadline, -EPROTO ended by
 * a signal. */
int process_run(const struct process *process, struct buf *out, struct error *err);
