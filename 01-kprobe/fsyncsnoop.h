/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef FSYNCSNOOP_H
#define FSYNCSNOOP_H

#include "event.h"

#define COMM_SIZE 16			      /* the kernel's TASK_COMM_LEN */
#define NAME_SIZE 256			      /* the longest name of a file, and a NUL */
#define MAX_STEPS 24			      /* up from the file, to a directory or mount */
#define PATH_SIZE (MAX_STEPS * NAME_SIZE + 1) /* a / for each name, and one NUL */

/* How much of the path the event holds. */
enum path_state {
	PATH_WHOLE,
	PATH_CUT, /* its end: there are more directories above */
};

/* One call that had a file written to its disk. */
struct event {
	__u64 time_ns; /* when it began, since boot: CLOCK_MONOTONIC */
	__u64 latency_ns;
	__s64 first_byte; /* of the file, the part that was to be written */
	__s64 last_byte;
	__u32 pid; /* of the process: the kernel's tgid */
	__u32 tid; /* of the thread: the kernel's pid */
	errno_value error;
	bool whole_file; /* first_byte is 0, and last_byte the largest there is */
	bool data_only;	 /* fdatasync: not the file's times, if they are all that changed */
	__u16 __pad;	 /* 0: no byte goes out that this event did not write */
	enum path_state path_state;
	char comm[COMM_SIZE];
	char path[PATH_SIZE]; /* only what is used is sent */
};

#endif
