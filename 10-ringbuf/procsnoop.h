/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef PROCSNOOP_H
#define PROCSNOOP_H

#include "event.h"

#define COMM_SIZE 16  /* the kernel's TASK_COMM_LEN */
#define FILE_SIZE 256 /* of a longer name, the first 255 bytes */

/* What happened to the process. */
enum what {
	FORK, /* it was made, by its parent */
	EXEC, /* it began to run another program */
	EXIT, /* it ended */
};

/* When the reader of the buffer is woken. */
enum wake {
	WAKE_BATCH, /* once for a good batch */
	WAKE_EACH,  /* for every event, as most tools do */
	WAKE_NEVER, /* it comes by itself, every 100 ms */
};

/* One step in the life of a process. */
struct event {
	__u64 time_ns; /* since boot: CLOCK_MONOTONIC */
	__u64 age_ns;  /* of the process: EXIT tells how long it lived */
	enum what what;
	__u32 pid; /* the kernel's tgid */
	__u32 ppid;
	__u32 uid;
	__u32 exit_code;   /* EXIT: 0 to 255 */
	__u32 exit_signal; /* EXIT: the signal that ended it, or 0 */
	char comm[COMM_SIZE];
	char file[FILE_SIZE]; /* EXEC; the others are sent without */
};

#endif
