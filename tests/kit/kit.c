// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The tests' helper: finds the command and calls it. See kit.h. */
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "kit.h"

static const struct {
	const char *name;
	int min_args;
	int (*run)(int argc, char **argv);
	const char *usage;
} commands[] = {
	{ "supervise", 1, cmd_supervise, "PROGRAM [ARG...]" },
	{ "run", 0, cmd_run, "[-i] [-n NETNS] [-c CGROUP] [-u] [-p CAPABILITIES] [--] [PROGRAM [ARG...]]" },
	{ "match", 3, cmd_match, "DIR REGEX... FILE" },
	{ "wait", 4, cmd_wait, "SECONDS COUNT FILE REGEX" },
	{ "lines", 5, cmd_lines, "SECONDS COUNT FILE PID COPY" },
	{ "slowly", 2, cmd_slowly, "BYTES MS" },
	{ "netns-add", 1, cmd_netns_add, "NETNS..." },
	{ "netns-del", 1, cmd_netns_del, "NETNS..." },
	{ "veth", 6, cmd_veth, "NETNS IFACE ADDRESSES NETNS IFACE ADDRESSES [known]" },
	{ "link", 2, cmd_link, "NETNS IFACE" },
	{ "unheld", 0, cmd_unheld, "" },
	{ "nothing-new", 2, cmd_nothing_new, "SECONDS FILE" },
	{ "ids", 0, cmd_ids, "" },
	{ "tun", 5, cmd_tun, "NETNS IFACE FROM TO icmp|PORT" },
};

double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

void sleep_ms(int ms)
{
	usleep(ms * 1000);
}

bool has_ended(int pid)
{
	char path[32];

	/* A zombie has no program any more. */
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return access(path, F_OK) != 0;
}

void enter_netns(const char *name)
{
	char path[256];
	int fd;

	if (!strcmp(name, "-"))
		return;
	snprintf(path, sizeof(path), NETNS_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("cannot enter network namespace %s", name);
	close(fd);
}

int main(int argc, char **argv)
{
	const size_t count = sizeof(commands) / sizeof(*commands);

	for (size_t i = 0; argc > 1 && i < count; i++)
		if (!strcmp(argv[1], commands[i].name) && argc - 2 >= commands[i].min_args)
			return commands[i].run(argc - 1, argv + 1);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "usage: kit %s %s\n", commands[i].name, commands[i].usage);
	return 2;
}
