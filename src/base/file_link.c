/* SPDX-License-Identifier: MIT */
#include "base/file_link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

int file_look(int root, const char *path, struct file_meta *meta, struct buf *target,
	      struct error *err)
{
	CLEANUP(cleanup_fd) int fd = file_open(root, path, O_PATH | O_NOFOLLOW);
	char text[PATH_MAX];
	struct stat st;
	ssize_t len;

	if (fd == -ENOENT || fd == -ENOTDIR)
		return -ENOENT;
	if (fd < 0)
		return error_errno(err, fd, "%s", path);
	if (fstat(fd, &st) < 0)
		return error_errno(err, -errno, "%s", path);
	*meta = (struct file_meta){
		.mode = st.st_mode, .uid = st.st_uid, .gid = st.st_gid, .time = st.st_mtim};
	if (!S_ISLNK(st.st_mode) || !target)
		return 0;
	len = readlinkat(fd, "", text, sizeof(text));
	if (len < 0)
		return error_errno(err, -errno, "%s", path);
	buf_add(target, text, (size_t)len);
	return 0;
}

int file_check_absent(int root, const char *path, struct error *err)
{
	struct file_meta meta;
	int r = file_look(root, path, &meta, NULL, err);

	if (r == 0)
		return error_set(err, -ENOENT, "%s: a link to nowhere", path);
	return r == -ENOENT ? 0 : r;
}

int file_symlink(int root, const char *path, const char *target, const struct file_meta *meta,
		 struct error *err)
{
	const char *name;
	CLEANUP(cleanup_fd) int dir = file_open_parent(root, path, true, &name);
	struct file_temp temp;
	int r;

	if (dir < 0)
		return error_errno(err, dir, "link %s", path);
	r = file_temp(dir, name, &temp);
	if (r == 0 && symlinkat(target, dir, temp.s) < 0)
		r = -errno;
	if (r == 0 && meta) {
		const struct timespec times[2] = {meta->time, meta->time};

		if (fchownat(dir, temp.s, meta->uid, meta->gid, AT_SYMLINK_NOFOLLOW) < 0 ||
		    utimensat(dir, temp.s, times, AT_SYMLINK_NOFOLLOW) < 0)
			r = -errno;
	}
	if (r == 0 && renameat(dir, temp.s, dir, name) < 0)
		r = -errno;
	if (r == 0)
		r = file_sync_directory(dir);
	else
		unlinkat(dir, temp.s, 0);
	return r < 0 ? error_errno(err, r, "link %s", path) : 0;
}
