// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Print stacks: for people, for programs, for flame graph tools. */
#include <string.h>
#include "example.h"
#include "print.h"

void format_frame_name(char *buf, size_t size, const void *data)
{
	frame_name name;

	memcpy(&name, data, sizeof(name));
	snprintf(buf, size, "%s", (const char *)(uintptr_t)name);
}

/* As bcc's profile prints it. */
static void print_event(const struct event *event, unsigned long long samples)
{
	for (__u32 i = 0; i < event->depth; i++) {
		const char *name = name_at(event, event->depth - i);

		if (i && i == event->kernel_frames)
			printf("    --\n");
		printf("    ");
		print_text(stdout, name, strlen(name));
		putchar('\n');
	}
	printf("    %-16s ", "-");
	print_text(stdout, event->comm, sizeof(event->comm));
	printf(" (%u)\n        %llu (%.1f%%)\n\n", event->pid, event->count,
	       100.0 * event->count / samples);
}

/* A semicolon ends a frame; one in a name is printed as the bytes that others are escaped as. */
static void print_folded_name(const char *name)
{
	for (const char *part = name;; part++) {
		size_t size = strcspn(part, ";");

		print_text(stdout, part, size);
		part += size;
		if (!*part)
			return;
		printf("\\x3b");
	}
}

static void print_folded(const struct event *event)
{
	for (size_t level = 0; level < levels(event); level++) {
		if (level)
			putchar(';');
		print_folded_name(name_at(event, level));
		if (level && event->depth - level < event->kernel_frames)
			printf("_[k]"); /* which flame graph tools give another color */
	}
	printf(" %llu\n", event->count);
}

void print_stacks(const struct stacks *stacks, const struct bpf_object *object, bool folded)
{
	for (size_t i = 0; i < stacks->count; i++) {
		const struct event *event = stacks->events[i];

		if (options.json)
			print_record(object, "event", event,
				     sizeof(*event) + event->depth * sizeof(frame_name));
		else if (folded)
			print_folded(event);
		else /* the other way round: what costs most comes last, and stays on the screen */
			print_event(stacks->events[stacks->count - 1 - i], stacks->samples);
	}
	flush_output();
}
