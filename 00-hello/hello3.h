/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef HELLO3_H
#define HELLO3_H

/* What the BPF program sends for each program that is executed. */
struct event {
	unsigned int pid;
	char name[16];
};

#endif
