// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load hello3.bpf.c, and print each event when it comes. */
#include "example.h"
#include "hello3.h"
#include "hello3.skel.h"

static int print_event(void *ctx, void *data, size_t size)
{
	const struct event *event = data;

	printf("%-7u ", event->pid);
	print_text(stdout, event->name, sizeof(event->name));
	printf("\n");
	fflush(stdout);
	return 0;
}

int main(void)
{
	struct hello3_bpf *skel = hello3_bpf__open_and_load();
	struct ring_buffer *events;

	if (!skel)
		die("cannot load");
	events = ring_buffer__new(bpf_map__fd(skel->maps.events), print_event, NULL, NULL);
	if (!events || hello3_bpf__attach(skel))
		die("cannot attach");
	fprintf(stderr, "hello3: attached to sched_process_exec; Ctrl-C to stop\n");
	while (ring_buffer__poll(events, -1) >= 0) /* -1: wait for as long as it takes */
		;
	fprintf(stderr, "hello3: %llu events dropped\n", skel->bss->dropped);
}
