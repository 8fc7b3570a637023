// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load hello.bpf.c, and print the programs that are executed. */
#include <limits.h>
#include "example.h"
#include "hello.h"
#include "hello.skel.h"

static long wanted_uid = -1;

static const struct argp_option options_table[] = {
	{ "uid", 'u', "UID", 0, "Only processes of the user with this number", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (key != 'u')
		return ARGP_ERR_UNKNOWN;
	wanted_uid = parse_number(state, "UID", arg, 0, UINT_MAX - 1);
	return 0;
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.doc = "Print the programs that are executed.",
};

static int print_event(void *ctx, void *data, size_t size)
{
	const struct event *event = data;

	printf("%-7u %-6u ", event->pid, event->uid);
	print_text(stdout, event->name, sizeof(event->name));
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	struct hello_bpf *skel;
	struct ring_buffer *events;
	unsigned long long shown;

	parse_options(&argp, argc, argv);

	/* Open the object, set its constants, and load it: the kernel verifies the program. */
	skel = hello_bpf__open();
	if (!skel)
		die("cannot open the BPF object");
	skel->rodata->wanted_uid = wanted_uid;
	if (hello_bpf__load(skel))
		die("cannot load the BPF object");

	/* Have the reader ready, then attach: from here on events come. */
	events = ring_buffer__new(bpf_map__fd(skel->maps.events),
				  options.json ? print_json : print_event, skel->obj, NULL);
	if (!events)
		die("cannot read the ring buffer");
	if (hello_bpf__attach(skel))
		die("cannot attach to sched_process_exec");

	if (!options.json)
		printf("%-7s %-6s %s\n", "PID", "UID", "NAME");
	attached("sched_process_exec");
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	hello_bpf__detach(skel);
	shown += drain_ring(events);
	report(shown, skel->bss->dropped);
	ring_buffer__free(events);
	hello_bpf__destroy(skel);
	return 0;
}
