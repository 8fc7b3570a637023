// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Read what was counted, with names, and bring it into an order. */
#include <stdlib.h>
#include <string.h>
#include "example.h"
#include "names.h"
#include "stack.h"
#include "profile.skel.h"

size_t levels(const struct event *event)
{
	return event->depth + 1;
}

const char *name_at(const struct event *event, size_t level)
{
	return level ? (const char *)(uintptr_t)event->frames[event->depth - level] : event->comm;
}

static void add_frame(struct event *event, const char *name)
{
	event->frames[event->depth++] = (uintptr_t)name;
}

/* Put the names of stack @id, the kernel's if @image is NULL, behind those that @event has. */
static void add_stack(struct event *event, const struct profile_bpf *skel, __s32 id,
		      const struct image *image, __u32 max)
{
	int map = bpf_map__fd(id & IN_MORE_STACKS ? skel->maps.more_stacks : skel->maps.stacks);
	__s32 place = id & ~IN_MORE_STACKS;
	__u64 addrs[MAX_DEPTH];
	__u32 depth = 0;

	if (id == NO_STACK)
		return;
	if (id == LOST_STACK || bpf_map_lookup_elem(map, &place, addrs)) {
		add_frame(event, intern("[lost]"));
		return;
	}
	for (; depth < max && addrs[depth]; depth++) {
		/*
		 * The first is where it was; the others are where it would have returned to,
		 * which is behind the call, and in the next function if the call was the last
		 * thing in this one.
		 */
		__u64 addr = addrs[depth] - (depth ? 1 : 0);

		add_frame(event, image ? user_name(image, addr) : kernel_name(addr));
	}
	if (depth == max) /* who called the outermost here is not known */
		add_frame(event, intern("[deeper]"));
}

/* Make a struct event of what @key has counted. */
static void add_event(struct stacks *stacks, const struct sample_key *key, __u64 count,
		      const struct profile_bpf *skel, __u32 max)
{
	struct event *event = calloc(1, sizeof(*event) + 2 * (max + 1) * sizeof(frame_name));

	if (!(stacks->count & (stacks->count - 1))) /* full: capacities are powers of two */
		stacks->events = reallocarray(stacks->events, stacks->count ? 2 * stacks->count : 1,
					      sizeof(*stacks->events));
	if (!event || !stacks->events)
		die("cannot hold the stacks");
	stacks->events[stacks->count++] = event;
	stacks->samples += count;

	event->count = count;
	event->pid = key->image.pid;
	memcpy(event->comm, key->comm, sizeof(event->comm));
	add_stack(event, skel, key->kernel_stack, NULL, max);
	event->kernel_frames = event->depth;
	stacks->saw_kernel |= key->kernel_stack >= 0;
	add_stack(event, skel, key->user_stack, &key->image, max);
}

/* By process name, then by frames from the outermost inwards, then by PID. */
static int by_name(const void *left, const void *right)
{
	const struct event *a = *(struct event *const *)left, *b = *(struct event *const *)right;

	for (size_t level = 0; level < levels(a) && level < levels(b); level++) {
		const char *one = name_at(a, level), *other = name_at(b, level);
		int order = one == other ? 0 : strcmp(one, other);

		if (order)
			return order;
	}
	if (a->depth != b->depth)
		return a->depth < b->depth ? -1 : 1;
	if (a->kernel_frames != b->kernel_frames)
		return a->kernel_frames < b->kernel_frames ? -1 : 1;
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

static int by_count(const void *left, const void *right)
{
	const struct event *a = *(struct event *const *)left, *b = *(struct event *const *)right;

	return a->count != b->count ? (a->count > b->count ? -1 : 1) : by_name(left, right);
}

/*
 * Stacks with different addresses in the same functions are one now; where no PID is shown
 * (@ignore_pid) also those of different processes. They are sorted by name.
 */
static void merge(struct stacks *stacks, bool ignore_pid)
{
	struct event **events = stacks->events;
	size_t kept = 0;

	for (size_t i = 0; i < stacks->count; i++) {
		__u32 pid = events[i]->pid;

		if (kept && ignore_pid)
			events[i]->pid = events[kept - 1]->pid;
		if (kept && !by_name(&events[i], &events[kept - 1])) {
			events[kept - 1]->count += events[i]->count;
			free(events[i]);
			continue;
		}
		events[i]->pid = pid;
		events[kept++] = events[i];
	}
	stacks->count = kept;
}

struct stacks read_stacks(const struct profile_bpf *skel, __u32 max_depth, bool ignore_pid)
{
	int counts = bpf_map__fd(skel->maps.counts);
	struct sample_key *previous = NULL, key;
	struct stacks stacks = {};
	__u64 count;

	while (!bpf_map_get_next_key(counts, previous, &key)) {
		if (!bpf_map_lookup_elem(counts, &key, &count))
			add_event(&stacks, &key, count, skel, max_depth);
		previous = &key;
	}
	if (stacks.count)
		qsort(stacks.events, stacks.count, sizeof(*stacks.events), by_name);
	merge(&stacks, ignore_pid);
	return stacks;
}

void sort_by_count(struct stacks *stacks)
{
	if (stacks->count)
		qsort(stacks->events, stacks->count, sizeof(*stacks->events), by_count);
}
