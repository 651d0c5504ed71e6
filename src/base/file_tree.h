/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

struct error;

/* Directories, below a root directory as in file.h. */

/* The names in a directory, "." and ".." left out, in alphabetical order. A directory that isn't
 * there has none. The caller frees with name_list_clear. */
struct name_list {
	char **names;
	size_t count;
};

#define NAME_LIST_INIT ((struct name_list){0})

int file_list_directory(int root, const char *path, struct name_list *list, struct error *err);
void name_list_clear(struct name_list *list);

/* Removes a directory if it is empty. Not there, not empty, or no directory: fine. */
int file_remove_directory(int root, const char *path, struct error *err);

/* Removes what writes of files in the directory that were cut short have left (file_temp). */
int file_remove_temps(int root, const char *path, struct error *err);

/* Removes what is at path, with all that is below it. Symbolic links are removed, not followed. */
int file_remove_tree(int root, const char *path, struct error *err);
