/* SPDX-License-Identifier: MIT */
#include "apply/sysctl_live.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "render/sysctl.h"

int sysctl_set(int root, const struct relay *relay, size_t index, struct error *err)
{
	struct sysctl list[SYSCTL_COUNT];
	CLEANUP(cleanup_fd) int fd = -1;

	sysctl_list(relay, list);
	fd = file_open(root, list[index].path, O_WRONLY);
	if (fd < 0)
		return error_errno(err, fd, "%s", list[index].path);
	if (write(fd, &list[index].value, 1) != 1)
		return error_errno(err, -errno, "%s", list[index].path);
	return 0;
}
