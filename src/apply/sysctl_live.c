/* SPDX-License-Identifier: MIT */
#include "apply/sysctl_live.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
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

bool sysctl_read(int root, const char *path, struct sysctl_value *value)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	size_t len;

	if (file_read(root, path, sizeof(value->s) - 1, &text, NULL, NULL) < 0)
		return false;
	len = strcspn(buf_str(&text), "\n");
	memcpy(value->s, buf_str(&text), len);
	value->s[len] = '\0';
	return len > 0;
}

int sysctl_write(int root, const char *path, const char *value, struct error *err)
{
	CLEANUP(cleanup_fd) int fd = file_open(root, path, O_WRONLY);

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return error_errno(err, fd, "%s", path);
	if (write(fd, value, strlen(value)) < 0)
		return error_errno(err, -errno, "%s", path);
	return 0;
}
