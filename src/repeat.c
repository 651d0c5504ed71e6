/* SPDX-License-Identifier: MIT */
#include "repeat.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define FAILED_FILE "/run/sixrelay.failed"

/* From fd's beginning, to standard error. */
static void tell(int fd)
{
	char chunk[4096];
	off_t at = 0;
	ssize_t got;

	while ((got = pread(fd, chunk, sizeof(chunk), at)) > 0) {
		fwrite(chunk, 1, (size_t)got, stderr);
		at += got;
	}
}

static void hold(struct repeat *repeat)
{
	fflush(stdout);
	repeat->held = memfd_create("sixrelay", MFD_CLOEXEC);
	repeat->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	repeat->err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (repeat->held >= 0 && repeat->out >= 0 && repeat->err >= 0) {
		dup2(repeat->held, STDOUT_FILENO);
		dup2(repeat->held, STDERR_FILENO);
		return;
	}
	cleanup_fd(&repeat->held);
	repeat->held = -1;
}

static void let_go(struct repeat *repeat, bool telling)
{
	fflush(stdout);
	dup2(repeat->out, STDOUT_FILENO);
	dup2(repeat->err, STDERR_FILENO);
	if (telling)
		tell(repeat->held);
}

bool repeat_begin(struct repeat *repeat)
{
	repeat->root = file_root_open("/", NULL);
	if (repeat->root < 0 ||
	    file_read(repeat->root, FAILED_FILE, SIZE_MAX, &repeat->before, NULL, NULL) < 0 ||
	    !repeat->before.len)
		return false;
	hold(repeat);
	return repeat->held >= 0;
}

void repeat_add(struct repeat *repeat, const char *line)
{
	if (repeat->root >= 0)
		buf_addf(&repeat->outcome, "%s\n", line);
}

bool repeat_end(struct repeat *repeat, bool failed)
{
	bool same =
		failed && !repeat->outcome.error && buf_equal(&repeat->outcome, &repeat->before);

	if (repeat->held >= 0)
		let_go(repeat, !same);
	if (repeat->root >= 0 && failed && !same)
		file_write(repeat->root, FAILED_FILE, &repeat->outcome, 0600, NULL);
	if (repeat->root >= 0 && !failed && repeat->before.len)
		file_remove(repeat->root, FAILED_FILE, NULL);
	same = same && repeat->held >= 0;
	cleanup_fd(&repeat->held);
	cleanup_fd(&repeat->out);
	cleanup_fd(&repeat->err);
	cleanup_fd(&repeat->root);
	buf_clear(&repeat->outcome);
	buf_clear(&repeat->before);
	*repeat = REPEAT_INIT;
	return same;
}

void repeat_forget(void)
{
	CLEANUP(cleanup_fd) int root = file_root_open("/", NULL);

	if (root >= 0)
		file_remove(root, FAILED_FILE, NULL);
}
