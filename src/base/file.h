/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct buf;
struct error;

/* Files below a root directory, opened once: "/" in life, any directory with --root. Paths are
 * absolute ("/etc/ndppd.conf") and resolved inside the root, as after a chroot (openat2(2),
 * RESOLVE_IN_ROOT). All functions return 0 or a negative errno. */

/* Opens the root directory. Returns the descriptor, which the caller closes. */
int file_root_open(const char *path, struct error *err);

/* openat2 below the root; a descriptor or a negative errno. */
int file_open(int root, const char *path, int flags);

/* Appends the file's content to out, at most max bytes (-EFBIG above that). mode may be NULL.
 * -ENOENT, without a text in err, when there is no such file. */
int file_read(int root, const char *path, size_t max, struct buf *out, mode_t *mode,
	      struct error *err);

/* Puts content in place whole or not at all: a temporary file in the same directory, created with
 * mode, synced, renamed over path; then the directory is synced. Missing parents are made (0755).
 * What stands at path is replaced, not followed, when it is a symbolic link. */
int file_write(int root, const char *path, const struct buf *content, mode_t mode,
	       struct error *err);

/* Sets the permission bits of what is there. */
int file_chmod(int root, const char *path, mode_t mode, struct error *err);

/* Makes a directory with its parents (0755); mode is for the last one. There already: fine. */
int file_mkdir(int root, const char *path, mode_t mode, struct error *err);

/* Removes a file and syncs its directory. Not there: fine. */
int file_remove(int root, const char *path, struct error *err);

bool file_exists(int root, const char *path);
