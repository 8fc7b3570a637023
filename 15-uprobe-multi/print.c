// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Print how often each function was called, as columns or JSON. */
#include <stdlib.h>
#include <string.h>
#include "example.h"
#include "functions.h"
#include "libcalls.h"

static void print_event(const struct event *event, bool timed)
{
	printf("%12llu ", event->calls);
	if (timed)
		printf("%12.3f ", event->mean_ns / 1e3);
	print_text(stdout, event->function, sizeof(event->function));
	putchar('\n');
}

static int by_calls(const void *a, const void *b)
{
	const struct event *left = a, *right = b;

	if (left->calls != right->calls)
		return left->calls > right->calls ? -1 : 1;
	return strcmp(left->function, right->function);
}

unsigned long long show(const struct bpf_object *object, const volatile struct count *counts,
			bool timed)
{
	struct event *events = calloc(functions_count, sizeof(*events));
	unsigned long long calls = 0;
	__u64 now = now_ns();
	size_t n = 0;

	if (!events)
		die("cannot sort %zu functions", functions_count);
	for (size_t i = 0; i < functions_count; i++) {
		struct count count = counts[i], *before = &functions[i].shown;
		struct event *event = &events[n];

		if (count.calls == before->calls && count.timed == before->timed)
			continue;
		event->time_ns = now;
		event->calls = count.calls - before->calls;
		event->timed = count.timed - before->timed;
		if (event->timed)
			event->mean_ns = (count.total_ns - before->total_ns) / event->timed;
		snprintf(event->function, sizeof(event->function), "%s",
			 demangle(functions[i].name));
		calls += event->calls;
		*before = count;
		n++;
	}
	qsort(events, n, sizeof(*events), by_calls);
	if (!options.json && timed)
		printf("%12s %12s %s\n", "CALLS", "MEAN-US", "FUNCTION");
	else if (!options.json)
		printf("%12s %s\n", "CALLS", "FUNCTION");
	for (size_t i = 0; i < n; i++) {
		if (options.json)
			print_record(object, "event", &events[i], sizeof(*events));
		else
			print_event(&events[i], timed);
	}
	flush_output();
	free(events);
	return calls;
}
