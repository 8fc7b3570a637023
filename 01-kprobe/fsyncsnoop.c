// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load fsyncsnoop.bpf.c, and print the calls of fsync and its like that it sees. */
#include <errno.h>
#include <limits.h>
#include "example.h"
#include "fsyncsnoop.h"
#include "fsyncsnoop.skel.h"

static struct {
	pid_t pid;
	__u64 min_ns;
} wanted;

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "Only the process PID", 0 },
	{ "min", 'm', "MS", 0, "Only calls that take MS milliseconds (0.5, 10) or longer", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case 'm':
		wanted.min_ns = parse_ms(state, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.doc = "Print which processes make files safe on disk (fsync, fdatasync, msync, O_SYNC), "
	       "and how long they wait for it.",
};

/* libbpf calls this for each record, with the skel->obj that ring_buffer__new() got as @ctx. */
static int print_event(void *ctx, void *data, size_t size)
{
	const struct event *event = data;
	char range[48];

	if (event->whole_file)
		snprintf(range, sizeof(range), "whole file");
	else if (event->last_byte == LLONG_MAX)
		snprintf(range, sizeof(range), "%lld-end", event->first_byte);
	else
		snprintf(range, sizeof(range), "%lld-%lld", event->first_byte, event->last_byte);

	printf("%-7u ", event->pid);
	print_column(stdout, event->comm, sizeof(event->comm), 16);
	printf(" %10.3f %-8s %-5s %-20s ", event->latency_ns / 1e6,
	       event->error ? error_name(event->error) : "-", event->data_only ? "data" : "all",
	       range);
	if (event->path_state == PATH_CUT)
		printf("...");
	if (size == offsetof(struct event, path))
		printf("(no name)");
	print_text(stdout, event->path, size - offsetof(struct event, path));
	putchar('\n');
	return 0; /* anything else would end the reading */
}

int main(int argc, char **argv)
{
	struct fsyncsnoop_bpf *skel;
	struct ring_buffer *events;
	unsigned long long shown, lost;

	parse_options(&argp, argc, argv);
	need_path("/sys/bus/event_source/devices/kprobe",
		  "kprobes, which CONFIG_KPROBE_EVENTS=y gives");

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = fsyncsnoop_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	/* Constants can be set until the load, when the verifier drops the code they rule out. */
	skel->rodata->wanted_pid = wanted.pid;
	skel->rodata->min_latency_ns = wanted.min_ns;

	/* Load: create the maps, fit the programs to this kernel's types, and verify them. */
	if (fsyncsnoop_bpf__load(skel))
		die("cannot load the BPF object");

	/* Read: have the reader ready before the first event can come. */
	events = ring_buffer__new(bpf_map__fd(skel->maps.events),
				  options.json ? print_json : print_event, skel->obj, NULL);
	if (!events)
		die("cannot read the ring buffer");

	/* Attach: from here on every call of the functions runs our programs. */
	if (fsyncsnoop_bpf__attach(skel)) {
		if (errno == ENOENT && !ksym_exists("vfs_fsync_range"))
			skip("this kernel has no function vfs_fsync_range (see /proc/kallsyms)");
		die("cannot attach to fsync, fdatasync and vfs_fsync_range");
	}
	skel->bss->all_attached = true;

	if (!options.json)
		printf("%-7s %-16s %10s %-8s %-5s %-20s %s\n", "PID", "COMM", "MS", "ERROR", "WHAT",
		       "BYTES", "PATH");
	attached("fsync, fdatasync and vfs_fsync_range");
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	skel->bss->all_attached = false;
	fsyncsnoop_bpf__detach(skel);
	shown += drain_ring(events);
	report(shown, skel->bss->dropped);
	lost = skel->bss->lost_returns + count_elements(skel->maps.calls);
	if (lost)
		warn("%llu calls not seen to return: still under way, or too many at one time",
		     lost);

	ring_buffer__free(events);
	fsyncsnoop_bpf__destroy(skel);
	return 0;
}
