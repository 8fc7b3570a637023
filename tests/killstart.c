// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * killstart TIMES TOOL [ARG...]: run TOOL that often, and end it with SIGKILL: when it says that it is
 * attached, and at moments in equal distances from there back to the exec.
 *
 * Status: 0; 2 if it never gets there; if TOOL ends by itself with status 4 (it cannot run on this
 * machine), 4, after what TOOL says.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "example.h"

#define DEADLINE_MS 60000

static char said[8192];		     /* by the last tool, on stderr */
static unsigned long long killed_ns; /* when the last one was */

/* Run @argv with its stdout to /dev/null, and wait for @line on stderr (NULL: for none) or for @ms,
 * whichever comes first; then kill it. Returns whether it was still running. */
static bool run_and_kill(char **argv, const char *line, int ms)
{
	unsigned long long end = now_ns() + ms * 1000000ULL;
	int pipes[2], null, status;
	size_t size = 0;
	struct pollfd in;
	ssize_t n;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		die("cannot make a pipe");
	pid = fork();
	if (pid < 0)
		die("cannot fork");
	if (!pid) {
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(pipes[1], STDERR_FILENO);
		execv(argv[0], argv);
		die("cannot execute %s", argv[0]);
	}
	close(pipes[1]);
	in = (struct pollfd){ .fd = pipes[0], .events = POLLIN };
	memset(said, 0, sizeof(said));
	while (now_ns() < end && size < sizeof(said) - 1 && !(line && strstr(said, line))) {
		if (poll(&in, 1, (end - now_ns()) / 1000000 + 1) <= 0)
			continue;
		n = read(pipes[0], said + size, sizeof(said) - 1 - size);
		if (n <= 0)
			break; /* it has ended */
		size += n;
	}
	killed_ns = now_ns();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(pipes[0]);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED) {
		fputs(said, stderr);
		exit(EXIT_SKIPPED);
	}
	return WIFSIGNALED(status);
}

int main(int argc, char **argv)
{
	unsigned long long begin = now_ns();
	int times, start_ms;

	if (argc < 3 || (times = atoi(argv[1])) < 1) {
		fprintf(stderr, "usage: killstart TIMES TOOL [ARG...]\n");
		return EXIT_USAGE;
	}
	if (!run_and_kill(argv + 2, ": attached to ", DEADLINE_MS) || !strstr(said, ": attached to ")) {
		fprintf(stderr, "killstart: %s does not come to be attached: %s", argv[2], said);
		return EXIT_USAGE;
	}
	start_ms = (killed_ns - begin) / 1000000;
	for (int i = 1; i < times; i++)
		run_and_kill(argv + 2, NULL, start_ms * i / times);
	return 0;
}
