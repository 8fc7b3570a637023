// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load opensnoop.bpf.c, and print the files that it sees being opened. */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
#include "opensnoop.h"
#include "opensnoop.skel.h"

static struct {
	pid_t pid;
	long uid;
	const char *comm;
	const char *cgroup;
	bool failed;
} wanted = { .uid = -1 };

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "Only the process PID", 0 },
	{ "uid", 'u', "UID", 0, "Only processes of the user with this number", 0 },
	{ "name", 'n', "NAME", 0, "Only processes whose name (comm) contains NAME", 0 },
	{ "failed", 'x', NULL, 0, "Only opens that fail", 0 },
	{ "cgroup", 'c', "CGROUP", 0, "Only processes in or below this cgroup v2 directory", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case 'u':
		wanted.uid = parse_number(state, "UID", arg, 0, UINT_MAX - 1);
		return 0;
	case 'n':
		if (!*arg || strlen(arg) >= COMM_SIZE)
			argp_error(state, "NAME must have 1 to %d bytes, as process names have",
				   COMM_SIZE - 1);
		wanted.comm = arg;
		return 0;
	case 'x':
		wanted.failed = true;
		return 0;
	case 'c':
		wanted.cgroup = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.doc = "Print the files that processes open, and those that they fail to open.",
};

/* The bits of open_flags by name: O_RDONLY|O_CLOEXEC. */
static void format_open_flags(char *buf, size_t size, const void *data)
{
	static const struct {
		unsigned int bits;
		const char *name;
	} names[] = {
		/* Those that contain another's bit come first. */
		{ O_SYNC, "O_SYNC" },
		{ O_DSYNC, "O_DSYNC" },
		{ O_TMPFILE, "O_TMPFILE" },
		{ O_DIRECTORY, "O_DIRECTORY" },
		{ O_CREAT, "O_CREAT" },
		{ O_EXCL, "O_EXCL" },
		{ O_NOCTTY, "O_NOCTTY" },
		{ O_TRUNC, "O_TRUNC" },
		{ O_APPEND, "O_APPEND" },
		{ O_NONBLOCK, "O_NONBLOCK" },
		{ O_DIRECT, "O_DIRECT" },
		{ 0100000, "O_LARGEFILE" }, /* glibc has 0 for it */
		{ O_NOFOLLOW, "O_NOFOLLOW" },
		{ O_NOATIME, "O_NOATIME" },
		{ O_CLOEXEC, "O_CLOEXEC" },
		{ O_PATH, "O_PATH" },
	};
	static const char *const modes[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE" };
	unsigned int flags;
	char *end = buf;

	memcpy(&flags, data, sizeof(flags));
	end = stpcpy(end, modes[flags & O_ACCMODE]);
	flags &= ~O_ACCMODE;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if ((flags & names[i].bits) != names[i].bits)
			continue;
		*end++ = '|';
		end = stpcpy(end, names[i].name);
		flags &= ~names[i].bits;
	}
	if (flags)
		snprintf(end, buf + size - end, "|0x%x", flags);
}

static int print_event(void *ctx, void *data, size_t size)
{
	const struct event *event = data;
	char flags[256];

	format_open_flags(flags, sizeof(flags), &event->flags);
	printf("%-7u ", event->pid);
	print_column(stdout, event->comm, sizeof(event->comm), 16);
	if (event->error)
		printf(" %3s %-12s %-30s ", "-", error_name(event->error), flags);
	else
		printf(" %3d %-12s %-30s ", event->fd, "-", flags);
	print_text(stdout, event->path, size - offsetof(struct event, path));
	if (event->path_state != PATH_WHOLE)
		printf(event->path_state == PATH_TOO_LONG ? "... (too long)" :
		       event->path_state == PATH_CHANGED  ? "... (changed)" :
							    "(unreadable)");
	putchar('\n');
	return 0;
}

/* A kernel without a system call (arm64 never had open) has no tracepoint for it either. */
static void load_if_exists(struct bpf_program *entry, struct bpf_program *exit, const char *call)
{
	char name[64];

	snprintf(name, sizeof(name), "sys_enter_%s", call);
	if (!tracepoint_exists("syscalls", name)) {
		bpf_program__set_autoload(entry, false);
		bpf_program__set_autoload(exit, false);
	}
}

int main(int argc, char **argv)
{
	struct ring_buffer *events;
	struct opensnoop_bpf *skel;
	unsigned long long shown;
	int cgroup = -1;
	__u32 zero = 0;

	parse_options(&argp, argc, argv);
	json_format("open_flags", format_open_flags);
	if (wanted.cgroup)
		cgroup = open_cgroup(wanted.cgroup);

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = opensnoop_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	/* Constants can be set until the load, when the verifier drops the code they rule out. */
	if (wanted.pid)
		skel->rodata->wanted_pid = wanted.pid;
	if (wanted.uid >= 0)
		skel->rodata->wanted_uid = wanted.uid;
	if (wanted.comm)
		strcpy((char *)skel->rodata->wanted_comm, wanted.comm);
	skel->rodata->only_failed = wanted.failed;
	skel->rodata->only_in_cgroup = cgroup >= 0;
	load_if_exists(skel->progs.on_open, skel->progs.on_open_exit, "open");
	load_if_exists(skel->progs.on_openat, skel->progs.on_openat_exit, "openat");
	load_if_exists(skel->progs.on_openat2, skel->progs.on_openat2_exit, "openat2");

	/* Load: create the maps, fit the program to this kernel's types, and verify it. */
	if (opensnoop_bpf__load(skel))
		die("cannot load the BPF object");
	if (cgroup >= 0 && bpf_map__update_elem(skel->maps.cgroups, &zero, sizeof(zero), &cgroup,
						sizeof(cgroup), BPF_ANY))
		die("cannot filter by cgroup %s", wanted.cgroup);

	/* Read: have the reader ready before the first event can come. */
	events = ring_buffer__new(bpf_map__fd(skel->maps.events),
				  options.json ? print_json : print_event, skel->obj, NULL);
	if (!events)
		die("cannot read the ring buffer");

	/* Attach: from here on every open runs our programs. */
	if (opensnoop_bpf__attach(skel))
		die("cannot attach to the tracepoints of open, openat and openat2");

	if (!options.json)
		printf("%-7s %-16s %3s %-12s %-30s %s\n", "PID", "COMM", "FD", "ERROR", "FLAGS",
		       "PATH");
	attached("the open, openat and openat2 system calls");
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	opensnoop_bpf__detach(skel);
	shown += drain_ring(events);
	report(shown, skel->bss->dropped);

	ring_buffer__free(events);
	opensnoop_bpf__destroy(skel);
	return 0;
}
