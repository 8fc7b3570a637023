/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef RUNQLAT_H
#define RUNQLAT_H

#include "event.h"

#define COMM_SIZE     16    /* the kernel's TASK_COMM_LEN */
#define SLOTS	      32    /* slot 0 is 0 to 1, slot n is 2^n to 2^(n+1)-1; the last, and more */
#define MAX_PROCESSES 10240 /* of which -P can keep a histogram at one time */

/* How many waits were how long, as the BPF program counts them. */
struct hist {
	__u64 slots[SLOTS];
};

/* The same of one process, for -P. */
struct process {
	struct hist hist;
	char comm[COMM_SIZE];
};

/* What the lengths are counted in. The names are what is printed. */
enum unit {
	usecs,
	msecs, /* -m */
};

struct bar {
	__u64 from;
	__u64 to; /* inclusive */
	__u64 count;
};

/* One histogram, as it is printed: here, the loader makes the event of what BPF has counted. */
struct event {
	__u64 time_ns;	      /* since boot: CLOCK_MONOTONIC */
	__u32 pid;	      /* of the process: the kernel's tgid; 0: all processes together */
	char comm[COMM_SIZE]; /* with -P */
	enum unit unit;
	__u64 total;
	struct bar buckets[SLOTS]; /* up to the last that is not empty */
};

#endif
