/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Perf events: what interrupts a CPU, and so runs the program. */
#ifndef EVENTS_H
#define EVENTS_H

#include <linux/perf_event.h>
#include <linux/types.h>
#include <bpf/libbpf.h>

/* What makes a CPU take a sample. */
struct source {
	const char *name;
	__u32 type;
	__u64 config;
};
#define SOURCES 3
extern const struct source sources[SOURCES];
#define CYCLES	    (&sources[0])
#define CPU_CLOCK   (&sources[1])
#define PAGE_FAULTS (&sources[2])

struct rate {
	const struct source *source; /* NULL: cycles, or the clock on a CPU that does not count them */
	long frequency, period;	     /* one of them; 0: the other */
};

/*
 * Run @program at every sample on every CPU that is online, which need not be the first so many. Returns how
 * many these are. Dies if there is none, or if one cannot be sampled.
 */
int attach_cpus(struct bpf_program *program, const struct rate *rate);

/*
 * To be called each second or so: sample CPUs that have come online since. The kernel switches the events of a
 * CPU that goes offline off, and leaves them off when it is back.
 */
void follow_cpus(void);

void detach_cpus(void);

/* How many of the CPUs count no cycles, and are sampled by the clock, though nobody asked for it. */
extern int clocks;

/* The first number in file @path; 0 if there is none. */
long read_number(const char *path);

#endif
