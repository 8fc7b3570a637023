/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The tool that is measured: one at a time. What cannot be done or read ends us, and the tool. */
#ifndef TOOL_H
#define TOOL_H

#include <stdbool.h>
#include <bpf/bpf.h>

#define MAX_PROGS 8192

/* Print the message and errno, kill the tool, and end with status 1. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Start the program @command with its output in the files @out and @err. @out NULL: in a pipe, whose
 * end is returned, and does not block. Else -1.
 */
int start(const char *command, const char *out, const char *err);

/* Wait until the tool is attached. Returns the ms since @begin, by now_ms(), when it was. */
double wait_attached(double begin);

/* Write the ids of the programs that the tool holds, each once, to @ids of MAX_PROGS elements. */
int find_programs(__u32 *ids);

/* A file descriptor of program @id, and what the kernel says about it in @info. */
int open_program(__u32 id, struct bpf_prog_info *info);

/* What @count programs have taken together so far, in ns, and how often they were run. */
void add_stats(const __u32 *ids, int count, long long *ns, long long *runs);

/* The tool's CPU time so far, ns, of its first thread: exact, where ticks would be 10 ms. */
long long cpu_ns(void);

/* What the maps that the tool holds take in the kernel, KiB, as it reckons. */
long maps_kib(void);

/* The largest resident memory so far, KiB. */
long peak_kib(void);

/* Wait until the tool has read what is there: until it takes hardly any CPU time. */
void wait_idle(void);

/*
 * End the tool as Ctrl-C does, and kill it after 20 s. Returns its CPU time, ns; *@status gets what
 * wait() says.
 */
long long stop(int *status);

/* Run the program @command. Returns the number in the last line that it prints. */
double run(const char *command);

#endif
