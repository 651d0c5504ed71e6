/* SPDX-License-Identifier: MIT */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

struct buf;
struct error;

/* Files below a root directory, opened once: "/" in life, any directory with --root. Paths are
 * absolute ("/etc/ndppd.conf") and resolved inside the root, as after a chroot (openat2(2),
 * RESOLVE_IN_ROOT). All functions return 0 or a negative errno. */

/* Opens the root directory. Returns the descriptor, which the caller closes. */
int file_root_open(const char *path, struct error *err);

/* openat2 below the root, open where that is "/" and openat2 is not to be had; a descriptor or a
 * negative errno. */
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

/* What a file is beside its content. */
struct file_meta {
	mode_t mode; /* type and permission bits, as stat(2) has them */
	uid_t uid;
	gid_t gid;
	struct timespec time; /* of the last modification */
};

/* As file_write, with owner, permission bits and time as they were. */
int file_restore(int root, const char *path, const struct buf *content,
		 const struct file_meta *meta, struct error *err);

/* Writes all of it to an open descriptor, however many calls that takes. */
int file_put(int fd, const char *data, size_t len);

/* Sets the permission bits of what is there. */
int file_chmod(int root, const char *path, mode_t mode, struct error *err);

/* Makes a directory with its parents (0755); mode is for the last one. There already: fine. */
int file_mkdir(int root, const char *path, mode_t mode, struct error *err);

/* Removes a file and syncs its directory. Not there: fine. */
int file_remove(int root, const char *path, struct error *err);

/* Removes what a write of path that was cut short has left beside it, and nothing else. */
int file_remove_temp(int root, const char *path, struct error *err);

/* A file in memory alone, for what is another program's to read and may hold keys: a descriptor at
 * its start, or a negative errno. */
int file_memory(const struct buf *content);

bool file_exists(int root, const char *path);

/* For the files beside this one. */

/* Opens the directory (O_PATH) that path's last component is in, making what is missing when make
 * is set. *name is set to that component. */
int file_open_parent(int root, const char *path, bool make, const char **name);

int file_sync_directory(int dir);

/* The temporary name beside a file, and nothing there any more. One name a file, not a random one:
 * what a power cut leaves behind is found again. */
struct file_temp {
	char s[NAME_MAX + 1];
};
int file_temp(int dir, const char *name, struct file_temp *temp);
bool file_is_temp(const char *name);
