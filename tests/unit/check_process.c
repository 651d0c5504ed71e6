/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/process.h"

/* Long enough for anything that ends by itself. */
#define PLENTY_MS 60000

static struct error err;
static struct buf out;

static void setup(void)
{
	/* As main does: check's own descriptors are nobody's business. */
	syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
	err = ERROR_INIT;
	out = BUF_INIT;
}

static void teardown(void)
{
	buf_clear(&out);
}

static int run_shell(const char *script, int deadline_ms)
{
	const char *const argv[] = {"sh", "-c", script, NULL};

	return process_run(
		&(struct process){
			.argv = argv, .input = -1, .extra = -1, .deadline_ms = deadline_ms},
		&out, &err);
}

static const struct {
	const char *script;
	int expected;
	const char *output;
} rows[] = {
	{"exit 0", 0, ""},
	{"exit 1", 1, ""},
	{"exit 255", 255, ""},
	{"echo out", 0, "out\n"},
	{"echo err >&2; exit 3", 3, "err\n"},
	{"echo one; echo two >&2; echo three", 0, "one\ntwo\nthree\n"},
	{"printf 'a b'", 0, "a b"},
	{"cat", 0, ""}, /* /dev/null */
	{"kill -KILL $$", -EPROTO, ""},
	{"echo last words; kill -TERM $$", -EPROTO, "last words\n"},
	{"echo $PATH", 0, "/usr/sbin:/usr/bin:/sbin:/bin\n"},
	{"echo $LC_ALL $SECRET", 0, "C\n"},
};

START_TEST(a_program_ends_with_its_status_and_output)
{
	setenv("SECRET", "of the caller", 1);
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	setenv("PATH", "/nowhere", 1);
	ck_assert_msg(run_shell(rows[_i].script, PLENTY_MS) == rows[_i].expected, "%s: %s",
		      rows[_i].script, err.text);
	ck_assert_str_eq(buf_str(&out), rows[_i].output);
	if (rows[_i].expected < 0)
		ck_assert_msg(strstr(err.text, "sh was ended by signal"), "%s", err.text);
}
END_TEST

/* Each would go on for a minute: the case's time limit, half of that, is what fails then. */
static const char *const endless[] = {
	"sleep 60",
	"echo; while :; do echo; done",
	"trap '' TERM INT HUP; while :; do :; done",
	"exec >/dev/null 2>&1; sleep 60", /* its output has ended, the program has not */
	"exec >&- 2>&-; sleep 60",
};

START_TEST(a_program_is_killed_at_the_deadline)
{
	ck_assert_int_eq(run_shell(endless[_i], 300), -ETIME);
	ck_assert_int_eq(err.code, -ETIME);
	ck_assert_msg(strstr(err.text, "sh "), "%s", err.text);
}
END_TEST

/* What the program has started is killed along: a firewall's tool may still be at work. Each says
 * its process number, and holds the output open. */
static const char *const families[] = {
	"sleep 3600 & echo $!; wait",
	"(trap '' TERM HUP; sleep 3600) & echo $!; sleep 3600",
	"(sh -c 'echo $PPID; sleep 3600; :'; :) & exec sleep 3600",
};

/* Gone, or dead and not yet collected by whose child it is now. */
static bool is_dead(const char *pid)
{
	CLEANUP(buf_clear) struct buf path = BUF_INIT;
	CLEANUP(cleanup_stream) FILE *stat = NULL;
	char state = 0;

	buf_addf(&path, "/proc/%s/stat", pid);
	stat = fopen(buf_str(&path), "re");
	return !stat || fscanf(stat, "%*d (%*[^)]) %c", &state) != 1 || strchr("ZX", state);
}

START_TEST(at_the_deadline_its_children_are_killed_as_well)
{
	ck_assert_int_eq(run_shell(families[_i], 500), -ETIME);
	ck_assert_uint_gt(out.len, 1);
	out.data[out.len - 1] = '\0';
	while (!is_dead(out.data))
		clock_sleep_ms(10);
}
END_TEST

START_TEST(a_child_left_behind_does_not_hold_us_up)
{
	ck_assert_int_eq(run_shell("echo done; sleep 60 & exit 4", 15000), 4);
	ck_assert_str_eq(buf_str(&out), "done\n");
}
END_TEST

START_TEST(what_is_not_installed_is_named)
{
	const char *const argv[] = {"no-such-program", NULL};
	struct process process = {.argv = argv, .input = -1, .extra = -1, .deadline_ms = PLENTY_MS};
	CLEANUP(buf_clear) struct buf long_name = BUF_INIT;
	struct process_path path;

	ck_assert_int_eq(process_run(&process, &out, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "no-such-program"));
	ck_assert_ptr_nonnull(strstr(err.text, "not installed"));
	ck_assert(!process_find(&path, "no-such-program"));
	for (int i = 0; i < 200; i++)
		buf_adds(&long_name, "./");
	buf_adds(&long_name, "sh");
	ck_assert(!process_find(&path, buf_str(&long_name)));
	ck_assert(process_find(&path, "sh"));
	ck_assert_ptr_nonnull(strstr(path.s, "bin/sh"));
}
END_TEST

static int memory(const char *content)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

START_TEST(input_and_the_extra_descriptor_arrive)
{
	const char *const argv[] = {"sh", "-c", "cat - /dev/fd/3", NULL};

	for (int low = 0; low < 2; low++) {
		int input = memory("input "), extra = memory("extra"), third = -1;

		/* The numbers that they have here must not matter: also not 3 itself. */
		if (low) {
			third = fcntl(input, F_DUPFD_CLOEXEC, 3);
			close(input);
			input = third;
		}
		buf_clear(&out);
		ck_assert_int_eq(process_run(&(struct process){.argv = argv,
							       .input = input,
							       .extra = extra,
							       .deadline_ms = PLENTY_MS},
					     &out, &err),
				 0);
		ck_assert_str_eq(buf_str(&out), "input extra");
		close(input);
		close(extra);
	}
}
END_TEST

START_TEST(no_other_variable_arrives)
{
	const char *const argv[] = {"env", NULL};

	setenv("HOME", "/nowhere", 1);
	ck_assert_int_eq(process_run(&(struct process){.argv = argv,
						       .input = -1,
						       .extra = -1,
						       .deadline_ms = PLENTY_MS},
				     &out, &err),
			 0);
	ck_assert_str_eq(buf_str(&out), "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\n");
}
END_TEST

START_TEST(no_other_descriptor_arrives)
{
	int fds[] = {memory("a"), memory("b"), open("/dev/null", O_RDONLY | O_CLOEXEC)};

	/* The one that lists them has one for that. */
	ck_assert_int_eq(run_shell("cd /proc/self/fd && exec echo *", PLENTY_MS), 0);
	ck_assert_msg(!strncmp(buf_str(&out), "0 1 2 3", 5) && strlen(buf_str(&out)) <= 8, "%s",
		      buf_str(&out));
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}
END_TEST

START_TEST(arguments_are_no_shells_to_read)
{
	static const char *const argument = "$HOME `id` ; 'x' \"y\" * \\ \n z";
	const char *const argv[] = {"printf", "%s|", argument, "", "-", NULL};
	CLEANUP(buf_clear) struct buf expected = BUF_INIT;

	buf_addf(&expected, "%s||-|", argument);
	ck_assert_int_eq(process_run(&(struct process){.argv = argv,
						       .input = -1,
						       .extra = -1,
						       .deadline_ms = PLENTY_MS},
				     &out, &err),
			 0);
	ck_assert_str_eq(buf_str(&out), buf_str(&expected));
}
END_TEST

START_TEST(endless_output_is_not_kept_for_ever)
{
	ck_assert_int_eq(run_shell("yes | head -c 8000000", PLENTY_MS), 0);
	ck_assert_uint_gt(out.len, 0);
	ck_assert_uint_lt(out.len, 2 * 1024 * 1024);
}
END_TEST

START_TEST(output_may_be_of_no_interest)
{
	const char *const argv[] = {"sh", "-c", "echo x; exit 5", NULL};

	ck_assert_int_eq(process_run(&(struct process){.argv = argv,
						       .input = -1,
						       .extra = -1,
						       .deadline_ms = PLENTY_MS},
				     NULL, NULL),
			 5);
}
END_TEST

/* Those that the caller ignores or blocks end the child all the same. */
START_TEST(a_child_starts_with_the_usual_signals)
{
	static const char *const scripts[] = {"kill -PIPE $$; echo alive",
					      "kill -TERM $$; echo alive",
					      "kill -INT $$; echo alive"};
	sigset_t all;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++)
		ck_assert_msg(run_shell(scripts[i], PLENTY_MS) == -EPROTO, "%s", scripts[i]);
	ck_assert_str_eq(buf_str(&out), "");
}
END_TEST

/* Nobody can tell what it came to. */
START_TEST(a_child_that_nobody_may_wait_for_is_an_error)
{
	signal(SIGCHLD, SIG_IGN);
	ck_assert_int_lt(run_shell("exit 0", PLENTY_MS), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("process");

	tcase_add_checked_fixture(tcase, setup, teardown);
	unit_add_table(tcase, a_program_ends_with_its_status_and_output, rows);
	unit_add_table(tcase, a_program_is_killed_at_the_deadline, endless);
	unit_add_table(tcase, at_the_deadline_its_children_are_killed_as_well, families);
	tcase_add_test(tcase, a_child_left_behind_does_not_hold_us_up);
	tcase_add_test(tcase, what_is_not_installed_is_named);
	tcase_add_test(tcase, input_and_the_extra_descriptor_arrive);
	tcase_add_test(tcase, no_other_variable_arrives);
	tcase_add_test(tcase, no_other_descriptor_arrives);
	tcase_add_test(tcase, arguments_are_no_shells_to_read);
	tcase_add_test(tcase, endless_output_is_not_kept_for_ever);
	tcase_add_test(tcase, output_may_be_of_no_interest);
	tcase_add_test(tcase, a_child_starts_with_the_usual_signals);
	tcase_add_test(tcase, a_child_that_nobody_may_wait_for_is_an_error);
	return unit_finish();
}
