// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * killstart MS TIMES TOOL [ARG...]: run TOOL, which takes MS milliseconds to get ready, TIMES times, and
 * end it with SIGKILL before that: at moments in equal distances from the exec on.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "example.h"

static void run_and_kill(char **argv, unsigned int us)
{
	int null, status;
	pid_t pid = fork();

	if (pid < 0)
		die("cannot fork");
	if (!pid) {
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		for (int fd = 0; fd <= STDERR_FILENO; fd++)
			dup2(null, fd);
		execv(argv[0], argv);
		_exit(127);
	}
	usleep(us);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (WIFEXITED(status))
		fail("%s has ended with status %d after %u ms", argv[0], WEXITSTATUS(status),
		     us / 1000);
}

int main(int argc, char **argv)
{
	int ms, times;

	if (argc < 4 || (ms = atoi(argv[1])) < 1 || (times = atoi(argv[2])) < 1) {
		fprintf(stderr, "usage: killstart MS TIMES TOOL [ARG...]\n");
		return EXIT_USAGE;
	}
	for (int i = 1; i <= times; i++)
		run_and_kill(argv + 3, ms * 1000LL * i / (times + 1));
	return 0;
}
