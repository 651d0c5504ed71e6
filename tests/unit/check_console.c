/* SPDX-License-Identifier: MIT */
/* The consoles, with pseudo-terminals in their place. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "apply/console.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"

#define LINES 300
#define FILL_MAX (1024 * 1024)

/* Generous, but for a console that has to be given up. */
static const struct console_limits wide = {.stall_ms = 20000, .total_ms = 60000};
static const struct console_limits narrow = {.stall_ms = 200, .total_ms = 60000};

struct terminal {
	int host, end;
	char name[CONF_CONSOLE_SIZE];
};

static struct terminal terminal_open(void)
{
	struct terminal t = {.host = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};

	ck_assert_int_ge(t.host, 0);
	ck_assert(grantpt(t.host) == 0 && unlockpt(t.host) == 0);
	ck_assert_int_eq(ptsname_r(t.host, t.name, sizeof(t.name)), 0);
	t.end = open(t.name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(t.end, 0);
	return t;
}

static void terminal_close(const struct terminal *t)
{
	close(t->end);
	close(t->host);
}

/* As after a Ctrl-S. */
static void block(const struct terminal *t)
{
	ck_assert_int_eq(tcflow(t->end, TCOOFF), 0);
}

/* Takes the room there is, so that more is taken only as it is read. Returns how much. */
static size_t fill(const struct terminal *t)
{
	int fd = open(t->name, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	size_t len = 0;

	while (len < FILL_MAX && write(fd, ".", 1) == 1)
		len++;
	ck_assert_int_eq(errno, EAGAIN);
	close(fd);
	return len;
}

/* What is there to read, until nothing more comes for a while. */
static void read_all(const struct terminal *t, struct buf *out)
{
	struct pollfd ready = {.fd = t->host, .events = POLLIN};
	char chunk[4096];

	while (poll(&ready, 1, 100) > 0) {
		ssize_t got = read(t->host, chunk, sizeof(chunk));

		ck_assert_int_gt(got, 0);
		buf_add(out, chunk, (size_t)got);
	}
}

/* In another process, slowly, after `skip` bytes, into a pipe. */
static pid_t read_slowly(const struct terminal *t, size_t skip, size_t len, int out)
{
	pid_t pid = fork();
	char chunk[512];

	if (pid)
		return pid;
	while (skip || len) {
		size_t want = skip && skip < sizeof(chunk) ? skip : sizeof(chunk);
		ssize_t got = read(t->host, chunk, want);

		if (got <= 0)
			_exit(1);
		if (skip)
			skip -= (size_t)got;
		else if (write(out, chunk, (size_t)got) != got)
			_exit(1);
		else
			len -= (size_t)got < len ? (size_t)got : len;
		clock_sleep_ms(1);
	}
	_exit(0);
}

static void add_lines(struct buf *out, const char *end)
{
	for (int i = 0; i < LINES; i++)
		buf_addf(out, "line %d of a script that is as long as one of ours%s", i, end);
}

START_TEST(each_console_has_the_text)
{
	struct terminal a = terminal_open(), b = terminal_open();
	char names[2][CONF_CONSOLE_SIZE];
	CLEANUP(buf_clear) struct buf seen_a = BUF_INIT, seen_b = BUF_INIT;
	struct error errors[2];

	memcpy(names[0], a.name, sizeof(names[0]));
	memcpy(names[1], b.name, sizeof(names[1]));
	ck_assert_uint_eq(console_write(names, 2, "one\ntwo\n", 8, &wide, errors), 0);
	read_all(&a, &seen_a);
	read_all(&b, &seen_b);
	ck_assert_str_eq(buf_str(&seen_a), "one\r\ntwo\r\n");
	ck_assert_str_eq(buf_str(&seen_b), "one\r\ntwo\r\n");
	terminal_close(&a);
	terminal_close(&b);
}
END_TEST

static const struct {
	const char *name;
	tcflag_t without;
} modes[] = {
	{"as it is", 0},
	{"no carriage returns", ONLCR},
	{"raw", OPOST},
};

START_TEST(lines_start_on_the_left_in_any_mode)
{
	struct terminal t = terminal_open();
	CLEANUP(buf_clear) struct buf seen = BUF_INIT;
	char names[1][CONF_CONSOLE_SIZE];
	struct termios mode;
	struct error errors[1];

	tcgetattr(t.end, &mode);
	mode.c_oflag &= ~modes[_i].without;
	tcsetattr(t.end, TCSANOW, &mode);
	memcpy(names[0], t.name, sizeof(names[0]));
	ck_assert_uint_eq(console_write(names, 1, "one\n\ntwo\n", 9, &wide, errors), 0);
	read_all(&t, &seen);
	ck_assert_msg(!strcmp(buf_str(&seen), "one\r\n\r\ntwo\r\n"), "%s: %s", modes[_i].name,
		      buf_str(&seen));
	terminal_close(&t);
}
END_TEST

START_TEST(two_names_of_one_terminal_get_it_once)
{
	struct unit_path dir;
	int root;
	struct terminal t = terminal_open();
	CLEANUP(buf_clear) struct buf seen = BUF_INIT;
	char names[2][CONF_CONSOLE_SIZE];
	struct error errors[2];

	dir = unit_directory(&root);
	snprintf(names[0], sizeof(names[0]), "%.50s/again", dir.s);
	ck_assert_int_eq(symlink(t.name, names[0]), 0);
	memcpy(names[1], t.name, sizeof(names[1]));
	ck_assert_uint_eq(console_write(names, 2, "one\n", 4, &wide, errors), 0);
	read_all(&t, &seen);
	ck_assert_str_eq(buf_str(&seen), "one\r\n");
	terminal_close(&t);
	close(root);
}
END_TEST

/* One console is full and stays so; it doesn't keep the others waiting, is named, and is left. */
START_TEST(a_blocked_console_is_given_up)
{
	struct terminal blocked = terminal_open(), fine = terminal_open();
	CLEANUP(buf_clear) struct buf text = BUF_INIT, expected = BUF_INIT, seen = BUF_INIT;
	char names[2][CONF_CONSOLE_SIZE];
	struct error errors[2];

	block(&blocked);
	add_lines(&text, "\n");
	add_lines(&expected, "\r\n");
	memcpy(names[0], blocked.name, sizeof(names[0]));
	memcpy(names[1], fine.name, sizeof(names[1]));
	ck_assert_uint_eq(console_write(names, 2, text.data, text.len, &narrow, errors), 1);
	ck_assert_int_eq(errors[0].code, -ETIME);
	ck_assert_ptr_nonnull(strstr(errors[0].text, blocked.name));
	ck_assert_ptr_nonnull(strstr(errors[0].text, "after 0 of "));
	ck_assert_int_eq(errors[1].code, 0);
	read_all(&fine, &seen);
	ck_assert(buf_equal(&seen, &expected));
	terminal_close(&blocked);
	terminal_close(&fine);
}
END_TEST

/* One that takes a little now and then gets all of it, however long that takes in the whole. */
START_TEST(a_slow_console_gets_it_all)
{
	struct terminal t = terminal_open();
	CLEANUP(buf_clear) struct buf text = BUF_INIT, expected = BUF_INIT, seen = BUF_INIT;
	char names[1][CONF_CONSOLE_SIZE], chunk[512];
	struct error errors[1];
	size_t skip = fill(&t);
	int ends[2], status;
	ssize_t got;
	pid_t pid;

	add_lines(&text, "\n");
	add_lines(&expected, "\r\n");
	ck_assert_int_eq(pipe(ends), 0);
	pid = read_slowly(&t, skip, expected.len, ends[1]);
	close(ends[1]);
	memcpy(names[0], t.name, sizeof(names[0]));
	ck_assert_uint_eq(console_write(names, 1, text.data, text.len, &wide, errors), 0);
	while ((got = read(ends[0], chunk, sizeof(chunk))) > 0)
		buf_add(&seen, chunk, (size_t)got);
	ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
	ck_assert(buf_equal(&seen, &expected));
	close(ends[0]);
	terminal_close(&t);
}
END_TEST

/* In another process: what a getty does first. */
static void hang_up_later(const struct terminal *t)
{
	if (fork())
		return;
	clock_sleep_ms(100);
	signal(SIGHUP, SIG_IGN);
	if (setsid() < 0 || open(t->name, O_RDWR) < 0 || vhangup() < 0)
		_exit(1);
	_exit(tcflow(open(t->name, O_RDWR | O_NOCTTY), TCOON) < 0);
}

START_TEST(a_console_that_is_hung_up_gets_all_again)
{
	struct terminal t = terminal_open();
	CLEANUP(buf_clear) struct buf seen = BUF_INIT;
	char names[1][CONF_CONSOLE_SIZE];
	struct error errors[1];
	int status;

	block(&t);
	hang_up_later(&t);
	memcpy(names[0], t.name, sizeof(names[0]));
	if (geteuid() == 0) {
		console_write(names, 1, "one\ntwo\n", 8, &wide, errors);
		ck_assert_msg(errors[0].code == 0, "%s", errors[0].text);
		read_all(&t, &seen);
		ck_assert_ptr_nonnull(strstr(buf_str(&seen), "one\r\ntwo\r\n"));
	}
	wait(&status);
	terminal_close(&t);
}
END_TEST

START_TEST(the_whole_has_its_end_too)
{
	const struct console_limits limits = {.stall_ms = 60000, .total_ms = 300};
	struct terminal t = terminal_open();
	char names[1][CONF_CONSOLE_SIZE];
	struct error errors[1];

	block(&t);
	memcpy(names[0], t.name, sizeof(names[0]));
	ck_assert_uint_eq(console_write(names, 1, "one\n", 4, &limits, errors), 1);
	ck_assert_int_eq(errors[0].code, -ETIME);
	terminal_close(&t);
}
END_TEST

static const struct {
	const char *path; /* of what plant() makes */
	int code;
} absent[] = {
	{"/no-such", -ENOENT}, {"/file", -ENOTTY}, {"/link", -ENOTTY},
	{"/fifo", -ENXIO},     {"/dir", -EISDIR},  {"/loop", -ELOOP},
};

static void plant(const struct unit_path *dir, int root)
{
	unit_write(dir, "/file", "precious", 0600);
	ck_assert_int_eq(symlinkat("file", root, "link"), 0);
	ck_assert_int_eq(symlinkat("loop", root, "loop"), 0);
	ck_assert_int_eq(mkfifoat(root, "fifo", 0600), 0);
	ck_assert_int_eq(mkdirat(root, "dir", 0700), 0);
}

START_TEST(what_is_no_terminal_is_named_and_left_alone)
{
	struct terminal t = terminal_open();
	CLEANUP(buf_clear) struct buf seen = BUF_INIT;
	char names[2][CONF_CONSOLE_SIZE];
	struct unit_path dir;
	struct error errors[2];
	int root;

	dir = unit_directory(&root);
	plant(&dir, root);
	snprintf(names[0], sizeof(names[0]), "%.40s%.20s", dir.s, absent[_i].path);
	memcpy(names[1], t.name, sizeof(names[1]));
	ck_assert_uint_eq(console_write(names, 2, "one\n", 4, &wide, errors), 1);
	ck_assert_int_eq(errors[0].code, absent[_i].code);
	ck_assert_ptr_nonnull(strstr(errors[0].text, names[0]));
	unit_assert_file(&dir, "/file", "precious");
	read_all(&t, &seen);
	ck_assert_str_eq(buf_str(&seen), "one\r\n");
	terminal_close(&t);
	close(root);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("console");

	tcase_add_test(tcase, each_console_has_the_text);
	unit_add_table(tcase, lines_start_on_the_left_in_any_mode, modes);
	tcase_add_test(tcase, two_names_of_one_terminal_get_it_once);
	tcase_add_test(tcase, a_blocked_console_is_given_up);
	tcase_add_test(tcase, a_slow_console_gets_it_all);
	tcase_add_test(tcase, a_console_that_is_hung_up_gets_all_again);
	tcase_add_test(tcase, the_whole_has_its_end_too);
	unit_add_table(tcase, what_is_no_terminal_is_named_and_left_alone, absent);
	return unit_finish();
}
