/* SPDX-License-Identifier: MIT */
#include "apply/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "apply/state.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

static int lock(int root, int operation, bool wait, struct error *err)
{
	CLEANUP(cleanup_fd) int fd = file_open(root, STATE_DIR, O_RDONLY | O_DIRECTORY);

	if (fd == -ENOENT)
		return fd;
	if (fd < 0)
		return error_errno(err, fd, STATE_DIR);
	if (flock(fd, wait ? operation : operation | LOCK_NB) < 0)
		return !wait && errno == EWOULDBLOCK ? -errno : error_errno(err, -errno, STATE_DIR);
	return take_fd(&fd);
}

int lock_take(int root, bool wait, struct error *err)
{
	return lock(root, LOCK_EX, wait, err);
}

int lock_share(int root, bool wait, struct error *err)
{
	return lock(root, LOCK_SH, wait, err);
}
