/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What was counted: stacks with names instead of addresses. */
#ifndef STACK_H
#define STACK_H

#include <stdbool.h>
#include <stddef.h>
#include "profile.h"

struct profile_bpf;

struct stacks {
	struct event **events;
	size_t count;
	unsigned long long samples; /* of all stacks together */
	bool saw_kernel;	    /* has one of them a frame of the kernel? */
};

/*
 * Read the maps of @skel, whose stacks have at most @max_depth frames. Stacks of the same process
 * with the same names are one, and with @ignore_pid also those of processes of the same name. They
 * are sorted by process name, then by frames from the outermost inwards. Dies if it is out of memory.
 */
struct stacks read_stacks(const struct profile_bpf *skel, __u32 max_depth, bool ignore_pid);

/* Sort them again, those with most samples first. */
void sort_by_count(struct stacks *stacks);

/* How many frames @event has, its process as the outermost among them. */
size_t levels(const struct event *event);

/* The name at @level of @event: 0 is its process, 1 its outermost function, and so on. */
const char *name_at(const struct event *event, size_t level);

#endif
