/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef LIBCALLS_H
#define LIBCALLS_H

#include "event.h"

#define NAME_SIZE 256 /* C++ has longer names, of which it is the beginning */

/* What the BPF program counts for each function. */
struct count {
	__u64 calls;
	__u64 timed;	/* of these, how many returned */
	__u64 total_ns; /* that those took */
};

/* One function, as it is printed: here, the loader makes the event of what BPF has counted. */
struct event {
	__u64 time_ns; /* since boot: CLOCK_MONOTONIC */
	__u64 calls;
	__u64 timed;   /* with -L */
	__u64 mean_ns; /* with -L */
	char function[NAME_SIZE];
};

#endif
