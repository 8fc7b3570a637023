/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef OPENSNOOP_H
#define OPENSNOOP_H

#include "event.h"

#define COMM_SIZE 16   /* the kernel's TASK_COMM_LEN */
#define PATH_SIZE 4097 /* a PATH_MAX of 4096, and one byte that tells what is longer */

/* How much of the path the event holds. */
enum path_state {
	PATH_WHOLE,
	PATH_TOO_LONG,	 /* more than the 4095 bytes that a path can have; here are 4096 of them */
	PATH_CHANGED,	 /* another thread has written there meanwhile; here are the first 127 bytes of before */
	PATH_UNREADABLE, /* the pointer was bad, or its page not in memory: not one is here */
};

/* The O_* bits of open(2), printed by name. */
typedef __u32 open_flags;

/* One file that was opened, or was not. */
struct event {
	__u64 time_ns; /* since boot: CLOCK_MONOTONIC */
	__u32 pid;     /* of the process: the kernel's tgid */
	__u32 tid;     /* of the thread: the kernel's pid */
	__u32 uid;
	__s32 fd; /* -1 if it failed */
	errno_value error;
	open_flags flags;
	enum path_state path_state;
	char comm[COMM_SIZE];
	char path[PATH_SIZE]; /* as the program named it; only what is used is sent */
};

#endif
