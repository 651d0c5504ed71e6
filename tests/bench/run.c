/* SPDX-License-Identifier: MIT */
/* run COUNT PROGRAM [ARGUMENT]... [-- PROGRAM [ARGUMENT]...]...: runs the programs in turn, COUNT
 * times, their output thrown away, so that what else the machine does hits all alike. A line a run:
 * the program's number, the microseconds it took, the KiB it had in memory at most. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROGRAMS_MAX 8

static int run_once(int number, char *argv[])
{
	struct timespec start, end;
	struct rusage usage;
	int status;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return EXIT_FAILURE;
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%d %ld %ld\n", number,
	       (end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000,
	       usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
	long count = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	char **programs[PROGRAMS_MAX];
	int status = EXIT_SUCCESS, n = 0;

	for (int i = 2; i < argc; i++) {
		if (i == 2 || !argv[i - 1])
			programs[n++] = argv + i;
		if (!strcmp(argv[i], "--"))
			argv[i] = NULL;
		if (n == PROGRAMS_MAX)
			return EXIT_FAILURE;
	}
	while (count-- > 0)
		for (int i = 0; i < n && status == EXIT_SUCCESS; i++)
			status = run_once(i, programs[i]);
	return status;
}
