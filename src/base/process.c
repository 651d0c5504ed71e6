/* SPDX-License-Identifier: MIT */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"

/* What a child may print before the rest is thrown away. */
#define PROCESS_OUTPUT_MAX (1024 * 1024)

bool process_find(struct process_path *path, const char *name)
{
	static const char *const dirs[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		int len = snprintf(path->s, sizeof(path->s), "%s/%s", dirs[i], name);

		if (len < (int)sizeof(path->s) && access(path->s, X_OK) == 0)
			return true;
	}
	return false;
}

/* All our descriptors are close-on-exec; what the child shall have is duplicated. It gets a process
 * group of its own, so that its children can be killed along. */
static int process_spawn(pid_t *pid, const struct process *process, const char *path, int output)
{
	static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						      POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	if (process->input >= 0)
		posix_spawn_file_actions_adddup2(&actions, process->input, STDIN_FILENO);
	else
		posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (process->output_only)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	else
		posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	if (process->extra >= 0)
		posix_spawn_file_actions_adddup2(&actions, process->extra, 3);
	r = posix_spawn(pid, path, &actions, &attributes, (char *const *)process->argv,
			environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

/* Takes what is in the pipe now. False when it is closed. */
static bool process_drain(int fd, struct buf *out, size_t max)
{
	char chunk[4096];
	ssize_t got;
	bool more;

	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		if (out && out->len < max)
			buf_add(out, chunk, (size_t)got);
	more = got < 0 && (errno == EAGAIN || errno == EINTR);
	/* wg and diff print private keys. */
	explicit_bzero(chunk, sizeof(chunk));
	return more;
}

/* Reads the output until the child has ended. Its end counts, not that of the pipe: it may close
 * its output early, and may leave a child of its own behind that holds it open. -ETIME when the
 * deadline comes first. */
static int process_wait(int pidfd, int output, long deadline, struct buf *out, size_t max)
{
	struct pollfd ready[] = {{.fd = pidfd, .events = POLLIN}, {.fd = output, .events = POLLIN}};

	for (;;) {
		long left = deadline - clock_now_ms();

		if (left <= 0)
			return -ETIME;
		if (poll(ready, 2, (int)left) < 0 && errno != EINTR)
			return -errno;
		if (ready[1].revents && !process_drain(output, out, max))
			ready[1].fd = -1;
		if (ready[0].revents)
			break;
	}
	process_drain(output, out, max);
	return 0;
}

int process_run(const struct process *process, struct buf *out, struct error *err)
{
	const char *name = process->argv[0];
	CLEANUP(cleanup_fd) int from_child = -1;
	CLEANUP(cleanup_fd) int to_us = -1;
	CLEANUP(cleanup_fd) int pidfd = -1;
	struct process_path path;
	int pipe_fds[2], r, status;
	pid_t pid, ended;

	if (!process_find(&path, name))
		return error_set(err, -ENOENT, _("%s is not installed"), name);
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return error_errno(err, -errno, "%s", name);
	from_child = pipe_fds[0];
	to_us = pipe_fds[1];
	if (fcntl(from_child, F_SETFL, O_NONBLOCK) < 0)
		return error_errno(err, -errno, "%s", name);
	r = process_spawn(&pid, process, path.s, to_us);
	if (r < 0)
		return error_errno(err, r, "%s", path.s);
	cleanup_fd(&to_us);
	to_us = -1;

	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	r = pidfd < 0
		    ? -errno
		    : process_wait(pidfd, from_child, clock_now_ms() + process->deadline_ms, out,
				   process->output_max ? process->output_max : PROCESS_OUTPUT_MAX);
	if (r < 0)
		kill(-pid, SIGKILL);
	do
		ended = waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (r >= 0 && ended < 0)
		r = -errno;
	if (r == -ETIME)
		return error_set(err, r, _("%s did not end within %d s and was killed"), name,
				 process->deadline_ms / 1000);
	if (r < 0)
		return error_errno(err, r, "%s", name);
	if (!WIFEXITED(status))
		return error_set(err, -EPROTO, _("%s was ended by signal %d"), name,
				 WTERMSIG(status));
	return WEXITSTATUS(status);
}
