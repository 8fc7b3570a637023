// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load execsnoop.bpf.c, and print the programs that it sees being executed. */
#include "example.h"
#include "execsnoop.h"
#include "execsnoop.skel.h"

static pid_t wanted_pid;

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "Only the process PID", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (key != 'p')
		return ARGP_ERR_UNKNOWN;
	wanted_pid = parse_pid(state, arg);
	return 0;
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.doc = "Print the programs that are executed, and who executes them.",
};

static int print_event(void *ctx, void *data, size_t size)
{
	const struct event *event = data;

	printf("%-7u %-7u %-6u ", event->pid, event->ppid, event->uid);
	print_column(stdout, event->parent, sizeof(event->parent), 16);
	putchar(' ');
	print_text(stdout, event->path, sizeof(event->path));
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	struct execsnoop_bpf *skel;
	struct ring_buffer *events;
	unsigned long long shown;

	parse_options(&argp, argc, argv);

	/* Open the object, set its constants, and load it: the kernel verifies the program. */
	skel = execsnoop_bpf__open();
	if (!skel)
		die("cannot open the BPF object");
	skel->rodata->wanted_pid = wanted_pid;
	if (execsnoop_bpf__load(skel))
		die("cannot load the BPF object");

	/* Have the reader ready, then attach: from here on events come. */
	events = ring_buffer__new(bpf_map__fd(skel->maps.events),
				  options.json ? print_json : print_event, skel->obj, NULL);
	if (!events)
		die("cannot read the ring buffer");
	if (execsnoop_bpf__attach(skel))
		die("cannot attach to sched_process_exec");

	if (!options.json)
		printf("%-7s %-7s %-6s %-16s %s\n", "PID", "PPID", "UID", "PARENT", "PATH");
	attached("sched_process_exec");
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	execsnoop_bpf__detach(skel);
	shown += drain_ring(events);
	report(shown, skel->bss->dropped);
	ring_buffer__free(events);
	execsnoop_bpf__destroy(skel);
	return 0;
}
