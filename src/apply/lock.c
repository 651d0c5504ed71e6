/* SPDX-License-Identifier: MIT */
#include "apply/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "apply/state.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

/* Whether the path still leads to the directory that is open. Moved or removed while a run waited
 * for it, it is nobody's lock any more. */
static bool is_current(int root, int fd)
{
	CLEANUP(cleanup_fd) int now = file_open(root, STATE_DIR, O_PATH | O_DIRECTORY);
	struct stat ours, current;

	return now >= 0 && fstat(fd, &ours) == 0 && fstat(now, &current) == 0 &&
	       ours.st_dev == current.st_dev && ours.st_ino == current.st_ino;
}

/* Whoever can open the directory could hold the lock for ever; and read keys in it. */
static int keep_private(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return !(st.st_mode & 0077) || fchmod(fd, 0700) == 0 ? 0 : -errno;
}

static int lock(int root, int operation, bool wait, struct error *err)
{
	while (true) {
		CLEANUP(cleanup_fd) int fd = file_open(root, STATE_DIR, O_RDONLY | O_DIRECTORY);
		int r;

		if (fd == -ENOENT)
			return fd;
		if (fd < 0)
			return error_errno(err, fd, STATE_DIR);
		r = operation == LOCK_EX ? keep_private(fd) : 0;
		if (r < 0)
			return error_errno(err, r, STATE_DIR);
		if (flock(fd, wait ? operation : operation | LOCK_NB) < 0)
			return !wait && errno == EWOULDBLOCK ? -errno
							     : error_errno(err, -errno, STATE_DIR);
		if (is_current(root, fd))
			return take_fd(&fd);
	}
}

int lock_take(int root, bool wait, struct error *err)
{
	return lock(root, LOCK_EX, wait, err);
}

int lock_share(int root, bool wait, struct error *err)
{
	return lock(root, LOCK_SH, wait, err);
}
