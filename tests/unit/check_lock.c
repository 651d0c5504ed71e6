/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apply/lock.h"
#include "apply/state.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#define PATIENCE_S 60

static struct unit_path dir;
static int root;
static struct error err;

static void setup(void)
{
	dir = unit_directory(&root);
	err = ERROR_INIT;
}

static void teardown(void)
{
	close(root);
}

static void make_state(void)
{
	ck_assert_msg(file_mkdir(root, STATE_DIR, 0700, &err) == 0, "%s", err.text);
}

static int take(void)
{
	int lock = lock_take(root, false, &err);

	ck_assert_msg(lock >= 0, "%s", err.text);
	return lock;
}

START_TEST(without_a_state_there_is_no_lock)
{
	ck_assert_int_eq(lock_take(root, false, &err), -ENOENT);
	ck_assert_int_eq(lock_share(root, true, &err), -ENOENT);
	ck_assert_str_eq(err.text, "");
	ck_assert(!file_exists(root, STATE_DIR));
}
END_TEST

START_TEST(one_at_a_time_and_who_looks_beside_others_that_look)
{
	int one, other;

	make_state();
	one = take();
	ck_assert_int_eq(lock_take(root, false, &err), -EWOULDBLOCK);
	ck_assert_int_eq(lock_share(root, false, &err), -EWOULDBLOCK);
	close(one);
	one = lock_share(root, false, &err);
	other = lock_share(root, false, &err);
	ck_assert_int_ge(one, 0);
	ck_assert_int_ge(other, 0);
	ck_assert_int_eq(lock_take(root, false, &err), -EWOULDBLOCK);
	ck_assert_str_eq(err.text, "");
	close(one);
	close(other);
	close(take());
}
END_TEST

/* A process that waits for the lock, says what it got, and holds it until it is killed. */
struct waiter {
	pid_t pid;
	int said;
};

/* held: the parent's lock, which the child must not hold as well; or -1. */
static struct waiter start_waiter(int held)
{
	struct waiter waiter;
	int ends[2], r;

	ck_assert_int_eq(pipe(ends), 0);
	waiter.pid = fork();
	if (waiter.pid) {
		ck_assert_int_gt(waiter.pid, 0);
		close(ends[1]);
		waiter.said = ends[0];
		return waiter;
	}
	if (held >= 0)
		close(held);
	r = lock_take(root, true, NULL);
	if (write(ends[1], &r, sizeof(r)) == sizeof(r))
		pause();
	_exit(EXIT_FAILURE);
}

/* What the kernel says: "1: -> FLOCK ADVISORY WRITE PID ..." for one that waits (proc_locks(5)). */
static bool is_waiting(pid_t pid)
{
	CLEANUP(cleanup_fd) int slash = file_root_open("/", NULL);
	CLEANUP(buf_clear) struct buf locks = BUF_INIT;
	char words[64];

	snprintf(words, sizeof(words), "-> FLOCK  ADVISORY  WRITE %d ", (int)pid);
	return file_read(slash, "/proc/locks", SIZE_MAX, &locks, NULL, NULL) == 0 &&
	       strstr(buf_str(&locks), words);
}

static void await_waiting(const struct waiter *waiter)
{
	const struct timespec pause = {.tv_nsec = 10000000};

	for (int i = 0; i < PATIENCE_S * 100 && !is_waiting(waiter->pid); i++)
		nanosleep(&pause, NULL);
	ck_assert(is_waiting(waiter->pid));
}

static int hear(const struct waiter *waiter)
{
	int r;

	ck_assert_int_eq(read(waiter->said, &r, sizeof(r)), sizeof(r));
	return r;
}

static void end_waiter(struct waiter *waiter)
{
	kill(waiter->pid, SIGKILL);
	waitpid(waiter->pid, NULL, 0);
	close(waiter->said);
}

START_TEST(who_waits_is_next_and_a_dead_holder_holds_nothing)
{
	struct waiter waiter, other;
	int lock;

	make_state();
	lock = take();
	waiter = start_waiter(lock);
	await_waiting(&waiter);
	close(lock);
	ck_assert_int_ge(hear(&waiter), 0);
	ck_assert_int_eq(lock_take(root, false, &err), -EWOULDBLOCK);
	other = start_waiter(-1);
	await_waiting(&other);
	end_waiter(&waiter);
	ck_assert_int_ge(hear(&other), 0);
	end_waiter(&other);
	close(take());
}
END_TEST

static void move_state(void)
{
	CLEANUP(buf_clear) struct buf from = BUF_INIT, to = BUF_INIT;

	buf_addf(&from, "%s" STATE_DIR, dir.s);
	buf_addf(&to, "%s.away", buf_str(&from));
	ck_assert_int_eq(rename(buf_str(&from), buf_str(&to)), 0);
}

/* Or two runs would each have "the" lock: one on the directory that was, one on that which is. */
START_TEST(a_directory_that_was_replaced_meanwhile_locks_nothing)
{
	struct waiter waiter;
	int lock;

	make_state();
	lock = take();
	waiter = start_waiter(lock);
	await_waiting(&waiter);
	move_state();
	make_state();
	close(lock);
	ck_assert_int_ge(hear(&waiter), 0);
	ck_assert_int_eq(lock_take(root, false, &err), -EWOULDBLOCK);
	end_waiter(&waiter);
	close(take());
}
END_TEST

START_TEST(a_directory_that_went_meanwhile_is_none)
{
	struct waiter waiter;
	int lock;

	make_state();
	lock = take();
	waiter = start_waiter(lock);
	await_waiting(&waiter);
	move_state();
	close(lock);
	ck_assert_int_eq(hear(&waiter), -ENOENT);
	end_waiter(&waiter);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("lock");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, without_a_state_there_is_no_lock);
	tcase_add_test(tcase, one_at_a_time_and_who_looks_beside_others_that_look);
	tcase_add_test(tcase, who_waits_is_next_and_a_dead_holder_holds_nothing);
	tcase_add_test(tcase, a_directory_that_was_replaced_meanwhile_locks_nothing);
	tcase_add_test(tcase, a_directory_that_went_meanwhile_is_none);
	return unit_finish();
}
