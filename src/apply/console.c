/* SPDX-License-Identifier: MIT */
#include "apply/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"

/* What is written in one go: a serial driver that says it can take something has room for this, so
 * that another program's line doesn't come to stand within one of ours. */
#define CHUNK 2048

struct console {
	const char *device;
	int fd; /* -1: done with */
	struct error *err;
	unsigned number; /* the terminal's own: /dev/console is another one */
	bool again;	 /* opened for the second time */
	struct buf text;
	size_t put;
	long moved_ms; /* when it last took something */
};

static int open_terminal(const char *device)
{
	return open(device, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

static void console_close(struct console *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void fail(struct console *c, int code)
{
	error_errno(c->err, code, "%s", c->device);
	console_close(c);
}

/* A terminal that somebody has made raw starts its lines where the last one ended. */
static void add_text(struct console *c, const char *text, size_t len, bool raw)
{
	const char *end = text + len, *newline;

	while (raw && (newline = memchr(text, '\n', (size_t)(end - text)))) {
		buf_add(&c->text, text, (size_t)(newline - text));
		buf_adds(&c->text, "\r\n");
		text = newline + 1;
	}
	buf_add(&c->text, text, (size_t)(end - text));
}

static void console_open(struct console *c, const char *text, size_t len)
{
	struct termios modes;

	c->fd = open_terminal(c->device);
	if (c->fd < 0) {
		error_errno(c->err, -errno, "%s", c->device);
		return;
	}
	if (tcgetattr(c->fd, &modes) < 0 || ioctl(c->fd, TIOCGDEV, &c->number) < 0) {
		if (errno == ENOTTY)
			error_set(c->err, -ENOTTY, _("%s: not a terminal"), c->device);
		else
			error_errno(c->err, -errno, "%s", c->device);
		console_close(c);
		return;
	}
	add_text(c, text, len, !(modes.c_oflag & OPOST) || !(modes.c_oflag & ONLCR));
	if (c->text.error)
		fail(c, c->text.error);
	c->moved_ms = clock_now_ms();
}

static void drop_second_name(struct console consoles[], size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (consoles[i].fd >= 0 && consoles[k].fd >= 0 &&
		    consoles[i].number == consoles[k].number)
			console_close(&consoles[i]);
	}
}

/* Whole lines, as many as fit. */
static size_t next_chunk(const struct console *c)
{
	size_t left = c->text.len - c->put;
	const char *at = c->text.data + c->put, *newline;

	if (left <= CHUNK)
		return left;
	newline = memrchr(at, '\n', CHUNK);
	return newline ? (size_t)(newline - at) + 1 : CHUNK;
}

/* A getty that starts has everybody else hung up: what it has cleared, or cut, is written anew. */
static bool open_again(struct console *c)
{
	if (c->again)
		return false;
	c->again = true;
	console_close(c);
	c->put = 0;
	c->fd = open_terminal(c->device);
	return c->fd >= 0;
}

static void push(struct console *c)
{
	ssize_t put = write(c->fd, c->text.data + c->put, next_chunk(c));

	if (put > 0) {
		c->put += (size_t)put;
		c->moved_ms = clock_now_ms();
	} else if (put < 0 && errno != EAGAIN && errno != EINTR) {
		int code = -errno;

		if (code != -EIO || !open_again(c))
			fail(c, code);
		return;
	}
	if (c->put == c->text.len)
		console_close(c);
}

static long deadline_of(const struct console *c, long end, const struct console_limits *limits)
{
	return c->moved_ms + limits->stall_ms < end ? c->moved_ms + limits->stall_ms : end;
}

/* Waits for any of them. False when all are done with. */
static bool wait_any(struct console consoles[], struct pollfd polls[], size_t count, long end,
		     const struct console_limits *limits)
{
	long wait = -1, now = clock_now_ms();

	for (size_t i = 0; i < count; i++) {
		struct console *c = &consoles[i];
		long left = deadline_of(c, end, limits) - now;

		polls[i] = (struct pollfd){.fd = c->fd, .events = POLLOUT};
		if (c->fd >= 0 && (wait < 0 || left < wait))
			wait = left > 0 ? left : 0;
	}
	if (wait >= 0)
		poll(polls, count, (int)wait);
	return wait >= 0;
}

static void write_all(struct console consoles[], struct pollfd polls[], size_t count,
		      const struct console_limits *limits)
{
	long end = clock_now_ms() + limits->total_ms;

	while (wait_any(consoles, polls, count, end, limits)) {
		for (size_t i = 0; i < count; i++) {
			struct console *c = &consoles[i];

			if (c->fd >= 0 && polls[i].revents)
				push(c);
			if (c->fd < 0 || clock_now_ms() < deadline_of(c, end, limits))
				continue;
			error_set(c->err, -ETIME,
				  _("%s: takes no more output, after %zu of %zu bytes"), c->device,
				  c->put, c->text.len);
			console_close(c);
		}
	}
}

size_t console_write(const char devices[][CONF_CONSOLE_SIZE], size_t count, const char *text,
		     size_t len, const struct console_limits *limits, struct error errors[])
{
	CLEANUP(cleanup_free) struct console *consoles = calloc(count + 1, sizeof(*consoles));
	CLEANUP(cleanup_free) struct pollfd *polls = calloc(count + 1, sizeof(*polls));
	size_t failed = 0;

	for (size_t i = 0; i < count; i++)
		errors[i] = ERROR_INIT;
	if (!consoles || !polls) {
		for (size_t i = 0; i < count; i++)
			error_errno(&errors[i], -ENOMEM, "%s", devices[i]);
		return count;
	}
	for (size_t i = 0; i < count; i++) {
		consoles[i] = (struct console){.device = devices[i], .err = &errors[i]};
		console_open(&consoles[i], text, len);
		drop_second_name(consoles, i);
	}
	write_all(consoles, polls, count, limits);
	for (size_t i = 0; i < count; i++) {
		buf_clear(&consoles[i].text);
		failed += errors[i].code < 0;
	}
	return failed;
}
