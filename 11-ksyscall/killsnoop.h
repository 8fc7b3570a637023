/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef KILLSNOOP_H
#define KILLSNOOP_H

#include "event.h"

#define COMM_SIZE 16 /* the kernel's TASK_COMM_LEN */

/* Which system call. The names are what is printed. */
enum call {
	kill,	/* to a process, or to a group of processes */
	tkill,	/* to a thread */
	tgkill, /* to a thread of a certain process */
};

/* A signal's number, printed by name; 0, which only asks whether there is such a process, as 0. */
typedef __u32 signal_number;

/* One signal that was sent, or was not. */
struct event {
	__u64 time_ns; /* since boot: CLOCK_MONOTONIC */
	__u32 pid;     /* who sends it; of the process: the kernel's tgid */
	__u32 tid;     /* of the thread: the kernel's pid */
	__u32 uid;
	__s32 target;	  /* as the program gave it: of kill(), 0 and below are groups */
	__s32 target_tid; /* 0 for kill() */
	signal_number signal;
	errno_value error;
	enum call call;
	bool compat; /* the 32-bit system call of a 64-bit kernel */
	char comm[COMM_SIZE];
};

#endif
