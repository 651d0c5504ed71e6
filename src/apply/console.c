/* SPDX-License-Identifier: MIT */
#include "apply/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"

#define CONSOLE_DEADLINE_MS 5000

int console_write(const char *device, const char *text, size_t len, struct error *err)
{
	CLEANUP(cleanup_fd)
	int fd = open(device, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	long deadline = clock_now_ms() + CONSOLE_DEADLINE_MS;

	if (fd < 0)
		return error_errno(err, -errno, "%s", device);
	while (len) {
		ssize_t put = write(fd, text, len);
		struct pollfd ready = {.fd = fd, .events = POLLOUT};
		long left = deadline - clock_now_ms();

		if (put > 0) {
			text += put;
			len -= (size_t)put;
			continue;
		}
		if (put < 0 && errno != EAGAIN && errno != EINTR)
			return error_errno(err, -errno, "%s", device);
		if (left <= 0)
			return error_set(err, -ETIME, _("%s: takes no output"), device);
		poll(&ready, 1, (int)left);
	}
	return 0;
}
