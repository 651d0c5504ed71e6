/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/file.h"

/* What stands at a path itself, not where a symbolic link there leads: below a root directory, as
 * in file.h. */

/* Tells what is there; with a symbolic link its target is appended to target, which may be NULL.
 * -ENOENT, without a text in err, when there is nothing. */
int file_look(int root, const char *path, struct file_meta *meta, struct buf *target,
	      struct error *err);

/* For a path where file_read found nothing: 0, or -ENOENT with a text in err when it is a link to
 * nowhere. Its owner has something, on a disk that isn't mounted perhaps. */
int file_check_absent(int root, const char *path, struct error *err);

/* Puts a symbolic link in place, whole or not at all; what stands there is replaced. meta (owner
 * and time) may be NULL. Missing parents are made (0755). */
int file_symlink(int root, const char *path, const char *target, const struct file_meta *meta,
		 struct error *err);
