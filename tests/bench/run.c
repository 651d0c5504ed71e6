/* SPDX-License-Identifier: MIT */
/* run COUNT PROGRAM [ARGUMENT]…: runs it COUNT times with its output thrown away; prints for each
 * run the microseconds it took and the KiB it had in memory at most. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int run_once(char *argv[])
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
	printf("%ld %ld\n",
	       (end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000,
	       usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
	long count = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	int status = EXIT_SUCCESS;

	while (count-- > 0 && status == EXIT_SUCCESS)
		status = run_once(argv + 2);
	return status;
}
