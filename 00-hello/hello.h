/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef HELLO_H
#define HELLO_H

#include "event.h"

/* One program that was executed; -j prints the members under these names. */
struct event {
	__u64 time_ns; /* since boot: CLOCK_MONOTONIC */
	__u32 pid;
	__u32 uid;
	char name[16];
};

#endif
