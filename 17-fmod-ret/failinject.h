/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef FAILINJECT_H
#define FAILINJECT_H

#include "event.h"

#define COMM_SIZE   16	 /* the kernel's TASK_COMM_LEN */
#define PATH_SIZE   4096 /* the longest path, with its NUL */
#define PREFIX_SIZE 256	 /* of --path, with its NUL */

/* What is to fail. */
struct rule {
	__u32 pid;	   /* the process; 0: all, and then there is a prefix */
	__u32 error;	   /* the errno value, positive */
	__u32 percent;	   /* so many of a hundred calls, by chance */
	__u32 prefix_size; /* in bytes, without the NUL; 0: any path */
	char prefix[PREFIX_SIZE];
	__u64 times;  /* and then no more; 0: no end */
	__u64 failed; /* so far */
};

struct event {
	__u64 time_ns;	   /* since boot: CLOCK_MONOTONIC */
	__u32 pid;	   /* of the process: the kernel's tgid */
	__u32 tid;	   /* of the thread */
	errno_value error; /* that it got from us */
	char comm[COMM_SIZE];
	char path[PATH_SIZE]; /* empty where the function has none */
};

#endif
