/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

#define OPEN_TRIES 128

int file_root_open(const char *path, struct error *err)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 ? fd : error_errno(err, -errno, "%s", path);
}

static bool is_slash(int root)
{
	struct stat ours, slash;

	return fstat(root, &ours) == 0 && stat("/", &slash) == 0 && ours.st_dev == slash.st_dev &&
	       ours.st_ino == slash.st_ino;
}

int file_open(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	/* With a rename or a mount anywhere on the machine meanwhile, the kernel can't tell whether
	 * a ".." of a link led out of the root (openat2(2), EAGAIN). */
	for (int i = 0; i < OPEN_TRIES; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	/* systemd's RestrictSUIDSGID= takes openat2 away, whose flags seccomp can't see. */
	if (fd < 0 && errno == ENOSYS && is_slash(root))
		fd = open(path, flags | O_CLOEXEC);
	return fd >= 0 ? (int)fd : -errno;
}

int file_open_parent(int root, const char *path, bool make, const char **name)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	if (!slash || !slash[1] || (size_t)(slash - path) >= sizeof(parent))
		return -EINVAL;
	*name = slash + 1;
	if (slash == path)
		return file_open(root, "/", O_PATH | O_DIRECTORY);
	memcpy(parent, path, (size_t)(slash - path));
	parent[slash - path] = '\0';
	fd = file_open(root, parent, O_PATH | O_DIRECTORY);
	if (fd != -ENOENT || !make)
		return fd;
	fd = file_mkdir(root, parent, 0755, NULL);
	return fd < 0 ? fd : file_open(root, parent, O_PATH | O_DIRECTORY);
}

/* fsync refuses an O_PATH descriptor. */
int file_sync_directory(int dir)
{
	CLEANUP(cleanup_fd) int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int file_read(int root, const char *path, size_t max, struct buf *out, mode_t *mode,
	      struct error *err)
{
	CLEANUP(cleanup_fd) int fd = file_open(root, path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
	size_t start = out->len;
	struct stat st;
	char chunk[4096];
	ssize_t got;
	int r = 0;

	if (fd == -ENOENT || fd == -ENOTDIR)
		return -ENOENT;
	if (fd < 0)
		return error_errno(err, fd, "%s", path);
	if (fstat(fd, &st) < 0)
		return error_errno(err, -errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, -EINVAL, "%s: not a regular file", path);
	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			r = error_errno(err, -errno, "read %s", path);
			break;
		}
		if (out->len - start + (size_t)got > max) {
			r = error_set(err, -EFBIG, "%s: larger than %zu bytes", path, max);
			break;
		}
		buf_add(out, chunk, (size_t)got);
	}
	explicit_bzero(chunk, sizeof(chunk));
	if (mode)
		*mode = st.st_mode & 07777;
	if (r == 0 && out->error)
		r = error_errno(err, out->error, "read %s", path);
	return r;
}

int file_put(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t put = write(fd, data, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		data += put;
		len -= (size_t)put;
	}
	return 0;
}

#define TEMP_END ".sixrelay"

int file_temp(int dir, const char *name, struct file_temp *temp)
{
	if (snprintf(temp->s, sizeof(temp->s), ".%s" TEMP_END, name) >= (int)sizeof(temp->s))
		return -ENAMETOOLONG;
	return unlinkat(dir, temp->s, 0) < 0 && errno != ENOENT ? -errno : 0;
}

bool file_is_temp(const char *name)
{
	size_t len = strlen(name), end = strlen(TEMP_END);

	return name[0] == '.' && len > 1 + end && !strcmp(name + len - end, TEMP_END);
}

/* Owner and time are set before the file is there under its name: it is never seen otherwise. */
static int set_meta(int fd, const struct file_meta *meta)
{
	const struct timespec times[2] = {meta->time, meta->time};

	if (fchown(fd, meta->uid, meta->gid) < 0 || futimens(fd, times) < 0)
		return -errno;
	return 0;
}

static int write_file(int root, const char *path, const struct buf *content, mode_t mode,
		      const struct file_meta *meta, struct error *err)
{
	CLEANUP(cleanup_fd) int dir = -1;
	CLEANUP(cleanup_fd) int fd = -1;
	struct file_temp temp;
	const char *name;
	int r;

	if (content->error)
		return error_errno(err, content->error, "write %s", path);
	dir = file_open_parent(root, path, true, &name);
	if (dir < 0)
		return error_errno(err, dir, "write %s", path);
	r = file_temp(dir, name, &temp);
	if (r < 0)
		return error_errno(err, r, "write %s", path);
	fd = openat(dir, temp.s, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_errno(err, -errno, "write %s", path);
	r = file_put(fd, buf_str(content), content->len);
	if (r == 0 && meta)
		r = set_meta(fd, meta);
	if (r == 0 &&
	    (fchmod(fd, mode) < 0 || fsync(fd) < 0 || renameat(dir, temp.s, dir, name) < 0))
		r = -errno;
	if (r < 0) {
		unlinkat(dir, temp.s, 0);
		return error_errno(err, r, "write %s", path);
	}
	r = file_sync_directory(dir);
	return r < 0 ? error_errno(err, r, "write %s", path) : 0;
}

int file_write(int root, const char *path, const struct buf *content, mode_t mode,
	       struct error *err)
{
	return write_file(root, path, content, mode, NULL, err);
}

int file_restore(int root, const char *path, const struct buf *content,
		 const struct file_meta *meta, struct error *err)
{
	return write_file(root, path, content, meta->mode & 07777, meta, err);
}

int file_chmod(int root, const char *path, mode_t mode, struct error *err)
{
	CLEANUP(cleanup_fd) int fd = file_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return error_errno(err, fd, "chmod %s", path);
	return fchmod(fd, mode) < 0 ? error_errno(err, -errno, "chmod %s", path) : 0;
}

int file_mkdir(int root, const char *path, mode_t mode, struct error *err)
{
	CLEANUP(cleanup_fd) int dir = file_open(root, path, O_PATH | O_DIRECTORY);
	const char *name;

	if (dir >= 0)
		return 0;
	if (dir != -ENOENT)
		return error_errno(err, dir, "mkdir %s", path);
	dir = file_open_parent(root, path, true, &name);
	if (dir < 0)
		return error_errno(err, dir, "mkdir %s", path);
	if (mkdirat(dir, name, mode) == 0)
		return 0;
	if (errno != EEXIST)
		return error_errno(err, -errno, "mkdir %s", path);
	/* Made by somebody else meanwhile; or it is a link to nowhere. */
	return file_exists(root, path)
		       ? 0
		       : error_set(err, -ENOENT, "mkdir %s: a link to nowhere", path);
}

int file_remove(int root, const char *path, struct error *err)
{
	const char *name;
	CLEANUP(cleanup_fd) int dir = file_open_parent(root, path, false, &name);
	int r;

	if (dir == -ENOENT)
		return 0;
	if (dir < 0)
		return error_errno(err, dir, "remove %s", path);
	if (unlinkat(dir, name, 0) < 0)
		return errno == ENOENT ? 0 : error_errno(err, -errno, "remove %s", path);
	r = file_sync_directory(dir);
	return r < 0 ? error_errno(err, r, "remove %s", path) : 0;
}

int file_remove_temp(int root, const char *path, struct error *err)
{
	const char *name;
	CLEANUP(cleanup_fd) int dir = file_open_parent(root, path, false, &name);
	struct file_temp temp;
	int r = dir < 0 ? dir : file_temp(dir, name, &temp);

	if (r == 0 || r == -ENOENT || r == -ENOTDIR)
		return 0;
	return error_errno(err, r, "remove %s's rest", path);
}

bool file_exists(int root, const char *path)
{
	CLEANUP(cleanup_fd) int fd = file_open(root, path, O_PATH);

	return fd >= 0;
}

int file_memory(const struct buf *content)
{
	CLEANUP(cleanup_fd) int fd = memfd_create("sixrelay", MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = file_put(fd, buf_str(content), content->len);
	if (r < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return r < 0 ? r : -errno;
	return take_fd(&fd);
}
