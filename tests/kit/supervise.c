// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * kit supervise PROGRAM [ARG...]: run PROGRAM, a test script, and end with its status. It gets
 *
 *	KIT_DIR   a temporary directory, removed at the end
 *	KIT_PID   our PID, which is its parent's
 *
 * and two FIFOs in KIT_DIR. For each line that it writes to "ask" one comes from "answer":
 *
 *	tick      after 10 ms: a sleep that starts no program
 *	reap      when all processes that it, or a child of it, has left behind are gone
 *
 * We are the subreaper of all that it starts, so that a process whose parent has ended is our
 * child then; those are killed by "reap", and when PROGRAM ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kit.h"

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	remove(path);
	return 0;
}

/* Take note of children that have ended; true if @program has, with its @status. */
static bool collect(pid_t program, int *status)
{
	bool ended = false;
	int this_status;
	pid_t pid;

	while ((pid = waitpid(-1, &this_status, WNOHANG)) > 0)
		if (pid == program) {
			*status = this_status;
			ended = true;
		}
	return ended;
}

/* Kill our children but @program until no more come; each leaves us its own. */
static void kill_left(pid_t program)
{
	char path[64];
	FILE *file;
	bool some;
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	do {
		some = false;
		file = fopen(path, "re");
		if (!file)
			die("cannot read %s", path);
		while (fscanf(file, "%d", &pid) == 1)
			if (pid != program) {
				kill(pid, SIGKILL);
				waitpid(pid, NULL, 0);
				some = true;
			}
		fclose(file);
	} while (some);
}

static int open_fifo(const char *dir, const char *name)
{
	char path[4200];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (mkfifo(path, 0600))
		die("cannot make %s", path);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die("cannot open %s", path);
	return fd;
}

/* Read what was asked, and answer it. */
static void answer(int asked, int to, pid_t program)
{
	char words[4096];
	ssize_t size = read(asked, words, sizeof(words) - 1);

	words[size > 0 ? size : 0] = '\0';
	for (char *word = strtok(words, "\n"); word; word = strtok(NULL, "\n")) {
		if (!strcmp(word, "reap"))
			kill_left(program);
		else
			sleep_ms(10);
		dprintf(to, "%s\n", word);
	}
}

static pid_t start(char **argv, const sigset_t *mask)
{
	pid_t pid = fork();

	if (pid < 0)
		die("cannot fork");
	if (pid)
		return pid;
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], argv);
	die("cannot run %s", argv[0]);
}

int cmd_supervise(int argc, char **argv)
{
	const char *tmp = getenv("TMPDIR");
	char dir[4096], pid[16];
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	sigset_t mask, old;
	int status = 0, to;
	pid_t program;

	snprintf(dir, sizeof(dir), "%s/hello-libbpf.XXXXXX", tmp ? tmp : "/tmp");
	snprintf(pid, sizeof(pid), "%d", getpid());
	if (!mkdtemp(dir) || chmod(dir, 0755) || setenv("KIT_DIR", dir, 1) || setenv("KIT_PID", pid, 1))
		die("cannot make %s", dir);
	fds[0].fd = open_fifo(dir, "ask");
	to = open_fifo(dir, "answer");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		die("cannot become a subreaper");
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigprocmask(SIG_BLOCK, &mask, &old);
	fds[1].fd = signalfd(-1, &mask, SFD_CLOEXEC);
	if (fds[1].fd < 0)
		die("cannot wait for signals");
	program = start(argv + 1, &old);
	while (poll(fds, 2, -1) > 0 || errno == EINTR) {
		struct signalfd_siginfo signal;

		if (fds[1].revents) {
			if (read(fds[1].fd, &signal, sizeof(signal)) != sizeof(signal))
				die("cannot read signals");
			if (signal.ssi_signo != SIGCHLD)
				kill(program, signal.ssi_signo); /* it cleans up, and then ends */
			else if (collect(program, &status))
				break;
		}
		if (fds[0].revents)
			answer(fds[0].fd, to, program);
	}
	kill_left(0);
	if (WIFSIGNALED(status)) /* what it has made is not undone yet: dir says what */
		return 128 + WTERMSIG(status);
	nftw(dir, remove_entry, 20, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	return WEXITSTATUS(status);
}
