/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef EXECSNOOP_H
#define EXECSNOOP_H

#include "event.h"

/* One program that was executed; -j prints the members under these names. */
struct event {
	__u64 time_ns; /* since boot: CLOCK_MONOTONIC */
	__u32 pid;
	__u32 ppid;
	__u32 uid;
	char parent[16]; /* the name of the parent process */
	char path[260];	 /* as the program was called; what is longer is cut */
};

#endif
