// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The tool that is measured, and what it holds.
 *
 * A tool is attached when it holds BPF programs, and the number of its programs, links and perf
 * events has not changed for SETTLE_MS; the time of the last change is its start-up time. That is
 * the same for tools that say so and for those that do not. It needs libbpf for numbers only: the
 * programs of others are found by what /proc/PID/fdinfo says.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "clock.h"
#include "tool.h"

#define SETTLE_MS 300
#define ATTACH_S  60 /* longer than any takes, emulated or not */
#define IDLE_MS	  150
#define END_S	  20

static pid_t tool; /* that runs, or 0 */

void die(const char *fmt, ...)
{
	int err = errno;
	va_list args;

	fputs("measure: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, err ? ": %s\n" : "\n", strerror(err));
	if (tool)
		kill(tool, SIGKILL);
	exit(1);
}

int start(const char *command, const char *out, const char *err)
{
	int pipe_fds[2] = { -1, -1 };

	if (!out && pipe(pipe_fds))
		die("pipe");
	tool = fork();
	if (tool < 0)
		die("fork");
	if (!tool) {
		int fd = out ? open(out, O_WRONLY | O_CREAT | O_TRUNC, 0644) : pipe_fds[1];

		prctl(PR_SET_PDEATHSIG, SIGINT); /* should we be killed */
		dup2(fd, 1);
		dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC, 0644), 2);
		dup2(open("/dev/null", O_RDONLY), 0);
		closefrom(3);
		execl(command, command, NULL);
		_exit(127);
	}
	if (!out) {
		close(pipe_fds[1]);
		fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
	}
	return pipe_fds[0];
}

static bool ended(void)
{
	siginfo_t info = {};

	return !waitid(P_PID, tool, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid;
}

/* How many BPF programs, and how many programs, links and perf events in all, the tool holds. */
static int count_held(int *all)
{
	char path[64], name[64];
	struct dirent *entry;
	int programs = 0;
	DIR *dir;

	*all = 0;
	snprintf(path, sizeof(path), "/proc/%d/fd", tool);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, name, sizeof(name) - 1);

		if (len < 0)
			continue;
		name[len] = 0;
		programs += !strcmp(name, "anon_inode:bpf-prog");
		*all += !strcmp(name, "anon_inode:bpf-prog") || !strncmp(name, "anon_inode:bpf_link", 19) ||
			!strcmp(name, "anon_inode:[perf_event]");
	}
	closedir(dir);
	return programs;
}

double wait_attached(double begin)
{
	double changed = begin;
	int before = 0;

	while (now_ms() < begin + ATTACH_S * 1e3) {
		int all, programs = count_held(&all);

		if (all != before) {
			before = all;
			changed = now_ms();
		}
		if (programs && all > programs && now_ms() > changed + SETTLE_MS)
			return changed - begin;
		/* A program may be attached by what is no file: netlink, or another's hands. */
		if (programs && now_ms() > changed + 5 * SETTLE_MS)
			return changed - begin;
		errno = 0;
		if (ended())
			die("it ended before it was attached");
		sleep_ms(programs ? 0.2 : 0.5);
	}
	errno = 0;
	die("it was not attached after %d s", ATTACH_S);
}

int find_programs(__u32 *ids)
{
	char path[300], line[256];
	struct dirent *entry;
	int count = 0, i;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", tool);
	dir = opendir(path);
	if (!dir)
		die("%s", path);
	while ((entry = readdir(dir))) {
		FILE *file;
		__u32 id;

		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", tool, entry->d_name);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file)) {
			if (sscanf(line, "prog_id: %u", &id) != 1 || !id)
				continue;
			for (i = 0; i < count && ids[i] != id; i++)
				;
			if (i == count && count < MAX_PROGS)
				ids[count++] = id;
		}
		if (file)
			fclose(file);
	}
	closedir(dir);
	return count;
}

int open_program(__u32 id, struct bpf_prog_info *info)
{
	__u32 size = sizeof(*info);
	int fd = bpf_prog_get_fd_by_id(id);

	memset(info, 0, size);
	if (fd < 0 || bpf_prog_get_info_by_fd(fd, info, &size))
		die("program %u", id);
	return fd;
}

void add_stats(const __u32 *ids, int count, long long *ns, long long *runs)
{
	struct bpf_prog_info info;

	*ns = *runs = 0;
	for (int i = 0; i < count; i++) {
		close(open_program(ids[i], &info));
		*ns += info.run_time_ns;
		*runs += info.run_cnt;
	}
}

long long cpu_ns(void)
{
	long long ns = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", tool);
	file = fopen(path, "r");
	if (file) {
		if (fscanf(file, "%lld", &ns) != 1)
			ns = 0;
		fclose(file);
	}
	return ns;
}

long maps_kib(void)
{
	char path[300], line[256];
	struct dirent *entry;
	long total = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", tool);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		long bytes = 0, type = -1;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", tool, entry->d_name);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file)) {
			sscanf(line, "map_type: %ld", &type);
			sscanf(line, "memlock: %ld", &bytes);
		}
		if (file)
			fclose(file);
		if (type >= 0)
			total += bytes;
	}
	if (dir)
		closedir(dir);
	return total / 1024;
}

long peak_kib(void)
{
	char path[64], line[256];
	long kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", tool);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "VmHWM: %ld", &kib);
	if (file)
		fclose(file);
	return kib;
}

void wait_idle(void)
{
	double end = now_ms() + END_S * 1e3;
	long long before = -1;

	while (now_ms() < end && cpu_ns() - before > 2000000) {
		before = cpu_ns();
		sleep_ms(IDLE_MS);
	}
}

long long stop(int *status)
{
	double end = now_ms() + END_S * 1e3;
	struct rusage usage;

	kill(tool, SIGINT);
	while (!ended() && now_ms() < end)
		sleep_ms(2);
	kill(tool, SIGKILL);
	while (wait4(tool, status, 0, &usage) < 0)
		if (errno != EINTR)
			die("wait");
	tool = 0;
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000LL +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL;
}

double run(const char *command)
{
	int fds[2], status = -1;
	char line[256];
	double ns = -1;
	FILE *file;
	pid_t pid;

	if (pipe(fds))
		die("pipe");
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fds[1], 1);
		closefrom(3);
		execl(command, command, NULL);
		_exit(127);
	}
	close(fds[1]);
	file = fdopen(fds[0], "r");
	while (file && fgets(line, sizeof(line), file))
		ns = atof(line);
	if (!file || pid < 0 || waitpid(pid, &status, 0) != pid || status || ns < 0) {
		errno = 0;
		die("the workload failed: %s", command);
	}
	fclose(file);
	return ns;
}
