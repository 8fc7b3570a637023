/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BASHLINE_H
#define BASHLINE_H

#include "event.h"

#define COMM_SIZE   16	 /* the kernel's TASK_COMM_LEN */
#define PROMPT_SIZE 257	 /* 255 bytes, a NUL, and one byte that tells what is longer */
#define LINE_SIZE   4097 /* 4095 bytes, and the same */

/* How much of a string the event holds. */
enum text_state {
	TEXT_WHOLE,
	TEXT_CUT,	 /* its first 256 or 4096 bytes */
	TEXT_UNREADABLE, /* nothing: the pointer was bad, or its page not in memory */
	TEXT_NONE,	 /* there is no string: the end of the input (Ctrl-D), or no prompt */
};

/* One line that somebody typed. */
struct event {
	__u64 time_ns;	 /* when the prompt appeared, since boot: CLOCK_MONOTONIC */
	__u64 typing_ns; /* from then until the line was complete */
	__u32 pid;	 /* of the process: the kernel's tgid */
	__u32 uid;
	enum text_state prompt_state;
	enum text_state line_state;
	char comm[COMM_SIZE];
	char prompt[PROMPT_SIZE];
	char line[LINE_SIZE]; /* a short line comes in a shorter record */
};

#endif
