/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef USDTSNOOP_H
#define USDTSNOOP_H

#include "event.h"

#define COMM_SIZE 16  /* the kernel's TASK_COMM_LEN */
#define MAX_ARGS  12  /* the most that a probe can have */
#define TEXT_SIZE 116 /* 114 bytes, a NUL, and one byte that tells what is longer */

enum arg_kind {
	NUMBER,
	TEXT,
	TEXT_CUT,   /* its first 115 bytes */
	NO_TEXT,    /* it points to none, or that is on a page that is not in memory */
	UNREADABLE, /* the argument itself is on such a page */
};

typedef __s64 arg_value; /* the loader prints it without a sign, if the probe says so */

struct arg {
	arg_value value; /* sign-extended, if the probe says that it is signed */
	enum arg_kind kind;
	char text[TEXT_SIZE];
};

/* Which probe: an index into the loader's list, printed as "PROVIDER:NAME". */
typedef __u32 probe_index;

/* A thread came by a probe. */
struct event {
	__u64 time_ns; /* since boot: CLOCK_MONOTONIC */
	__u32 pid;     /* of the process: the kernel's tgid */
	__u32 tid;     /* of the thread: the kernel's pid */
	char comm[COMM_SIZE];
	probe_index probe;
	__u32 __pad;		   /* 0: no byte goes out that this event did not write */
	struct arg args[MAX_ARGS]; /* as many as the probe has */
};

/* What a file says of one of its probes, for -l. */
struct usdt_probe {
	char provider[64];
	char name[64];
	__u64 address;	 /* of the nop, as the file has it */
	__u64 semaphore; /* of the counter of those who look, or 0 */
	char args[512];	 /* where they are: "-4@%edi 8@-16(%rbp)" */
};

#endif
