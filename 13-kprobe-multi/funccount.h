/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef FUNCCOUNT_H
#define FUNCCOUNT_H

#include "event.h"

#define NAME_SIZE 128 /* of longer names of functions, the first 127 bytes */

/* The longest call that ended in an interval; these are numbered from 0. */
struct longest {
	__u64 interval;
	__u64 ns;
};

/* What BPF adds up for one function on one CPU. */
struct calls {
	__u64 count;
	__u64 total_ns;		   /* this and the next: with -L */
	struct longest longest[2]; /* in even and odd intervals: one is read, one is written */
};

/* One line of the table: here, the loader makes the event of what BPF has counted. */
struct event {
	__u64 time_ns; /* since boot: CLOCK_MONOTONIC */
	__u64 count;
	__u64 total_ns; /* with -L: how long the calls took together, else 0 */
	__u64 max_ns;	/* with -L: the longest of the interval */
	char function[NAME_SIZE];
};

#endif
