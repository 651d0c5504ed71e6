/* SPDX-License-Identifier: MIT */
#pragma once

#include <limits.h>
#include <stdbool.h>

struct account;
struct buf;

enum key_file {
	KEY_FILE_ABSENT,     /* or no file */
	KEY_FILE_UNSAFE,     /* it, or a directory above it, could be written by somebody else */
	KEY_FILE_UNREADABLE, /* by its owner, as whom sshd reads it */
	KEY_FILE_READ,
};

/* What is the matter with which path. */
struct key_file_path {
	char s[PATH_MAX];
};

/* Reads an account's file of keys if sshd would: with strict (StrictModes) it and the directories
 * above where it really is, up to the home or the root, are to be the user's or root's, and
 * writable by nobody else. Appends to text; path is set when it is unsafe or unreadable. */
enum key_file key_file_read(int root, const char *name, const struct account *account, bool strict,
			    struct buf *text, struct key_file_path *path);
