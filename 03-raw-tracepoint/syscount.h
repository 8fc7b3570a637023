/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef SYSCOUNT_H
#define SYSCOUNT_H

#include "event.h"

/*
 * A system call: its number in the lower half, printed by name. 32-bit programs on a 64-bit
 * kernel have numbers of their own: 11 is munmap here, and execve there.
 */
typedef __u64 syscall_id;
#define SYSCALL_32BIT (1ULL << 32)

/* What the kernel counts of a system call, on each CPU by itself. */
struct count {
	__u64 count;	/* that returned */
	__u64 errors;	/* with an error */
	__u64 total_ns; /* spent in them, waiting included */
};

/* What is printed: the counts of all CPUs for one system call in one interval. */
struct event {
	__u64 time_ns; /* when the interval ended, since boot: CLOCK_MONOTONIC */
	syscall_id syscall;
	__u64 count;
	__u64 errors;
	__u64 total_ns;
	__u64 mean_ns;
};

#endif
