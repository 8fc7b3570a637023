/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef PROFILE_H
#define PROFILE_H

#include "event.h"

#define COMM_SIZE 16  /* the kernel's TASK_COMM_LEN */
#define MAX_DEPTH 127 /* frames of a stack: kernel.perf_event_max_stack as it is by default */

/* What stands in the place of a stack's id when there is none. */
#define NO_STACK   -1 /* it was not in that half, or nobody asked for it */
#define LOST_STACK -2 /* there was one, and no room for it */

#define IN_MORE_STACKS (1 << 30) /* this bit is set in the ids of the second map */

/*
 * A program in a process: addresses mean nothing without it. An exec puts another program
 * into the same PID, but at a new random place, so that the place of its stack tells them apart.
 */
struct image {
	__u64 pid;	 /* the kernel's tgid */
	__u64 stack_top; /* mm->start_stack; 0: a kernel thread, which has no user memory */
};

/* What is counted: two samples that agree in all of this are one line with a count of 2. */
struct sample_key {
	struct image image;
	__s32 kernel_stack; /* the ids of its stacks, or NO_STACK or LOST_STACK */
	__s32 user_stack;
	char comm[COMM_SIZE];
}; /* no padding: a hash compares every byte */

/* A frame of a stack. The loader puts a pointer to its name here; print it as that. */
typedef __u64 frame_name;

/* A stack, as it is printed. */
struct event {
	__u64 count;	     /* samples */
	__u32 pid;	     /* of the process: the kernel's tgid */
	__u32 depth;	     /* frames */
	__u32 kernel_frames; /* the first so many of them are the kernel's */
	char comm[COMM_SIZE];
	frame_name frames[]; /* from where it was to who called that, and so on */
};

#endif
