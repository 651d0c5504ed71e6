/* SPDX-License-Identifier: MIT */
#include "base/file_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_link.h"

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct name_list *list, const char *name)
{
	char *copy = strdup(name);
	char **added = copy ? array_append(&list->names, &list->count, sizeof(*added)) : NULL;

	if (!added) {
		free(copy);
		return -ENOMEM;
	}
	*added = copy;
	return 0;
}

/* NULL at the end, with errno 0, and at an error. */
static const struct dirent *next(DIR *dir)
{
	errno = 0;
	return readdir(dir);
}

int file_list_directory(int root, const char *path, struct name_list *list, struct error *err)
{
	int fd = file_open(root, path, O_RDONLY | O_DIRECTORY);
	const struct dirent *entry;
	int r = 0;
	DIR *dir;

	if (fd == -ENOENT || fd == -ENOTDIR)
		return 0;
	if (fd < 0)
		return error_errno(err, fd, "%s", path);
	dir = fdopendir(fd);
	if (!dir) {
		r = error_errno(err, -errno, "%s", path);
		close(fd);
		return r;
	}
	while (r == 0 && (entry = next(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = add_name(list, entry->d_name);
	/* NULL is the end, or an error; a part of the names is none of them. */
	if (r == 0)
		r = -errno;
	closedir(dir);
	if (list->count)
		qsort(list->names, list->count, sizeof(*list->names), compare);
	return r < 0 ? error_errno(err, r, "%s", path) : 0;
}

void name_list_clear(struct name_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
	*list = NAME_LIST_INIT;
}

static int remove_entry(int root, const char *path, int flags, struct error *err)
{
	const char *name;
	CLEANUP(cleanup_fd) int dir = file_open_parent(root, path, false, &name);

	if (dir == -ENOENT)
		return 0;
	if (dir < 0)
		return error_errno(err, dir, "remove %s", path);
	if (unlinkat(dir, name, flags) < 0 && errno != ENOENT)
		return error_errno(err, -errno, "remove %s", path);
	return 0;
}

int file_remove_directory(int root, const char *path, struct error *err)
{
	struct error own = ERROR_INIT;
	int r = remove_entry(root, path, AT_REMOVEDIR, &own);

	/* POSIX lets rmdir say either. */
	if (r == 0 || r == -ENOTEMPTY || r == -EEXIST || r == -ENOTDIR)
		return 0;
	if (err)
		*err = own;
	return r;
}

int file_remove_temps(int root, const char *path, struct error *err)
{
	CLEANUP(name_list_clear) struct name_list list = NAME_LIST_INIT;
	int r = file_list_directory(root, path, &list, err);

	for (size_t i = 0; r == 0 && i < list.count; i++) {
		CLEANUP(buf_clear) struct buf temp = BUF_INIT;

		if (!file_is_temp(list.names[i]))
			continue;
		buf_addf(&temp, "%s/%s", path, list.names[i]);
		r = temp.error ? error_errno(err, temp.error, "remove %s's rests", path)
			       : remove_entry(root, buf_str(&temp), 0, err);
	}
	return r;
}

int file_remove_tree(int root, const char *path, struct error *err)
{
	CLEANUP(name_list_clear) struct name_list list = NAME_LIST_INIT;
	struct file_meta meta;
	int r = file_look(root, path, &meta, NULL, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (!S_ISDIR(meta.mode))
		return remove_entry(root, path, 0, err);
	r = file_list_directory(root, path, &list, err);
	for (size_t i = 0; r == 0 && i < list.count; i++) {
		CLEANUP(buf_clear) struct buf child = BUF_INIT;

		buf_addf(&child, "%s/%s", path, list.names[i]);
		r = child.error ? error_errno(err, child.error, "remove %s", path)
				: file_remove_tree(root, buf_str(&child), err);
	}
	return r < 0 ? r : remove_entry(root, path, AT_REMOVEDIR, err);
}
