/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Names of functions that a JIT compiler has made: /tmp/perf-PID.map, a line "START SIZE NAME" for each, in hex,
 * as perf reads it. Node.js writes it with --perf-basic-prof, a JVM with -XX:+DumpPerfMapAtExit, Python with -X perf.
 */
#ifndef JIT_H
#define JIT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct jit {
	FILE *file; /* NULL: there is none, or it was read */
	bool tried; /* to read it */
	struct jit_function {
		__u64 start, size;
		char *name;
	} * functions; /* in the order of the file: of two in one place, the later one is there now */
	size_t count;
};

/*
 * Hold the file of process @pid open, if there is one now, to be read when somebody asks for a name. It is in the
 * file system and has the number that the process itself knows. Left alone is what somebody else could have put
 * there: what is not the process's user's or root's, no regular file, behind a symbolic link, or above 64 MiB.
 */
void open_jit(struct jit *jit, __u64 pid);

/* The function that @addr lies in, or NULL. */
const char *find_jit(struct jit *jit, __u64 addr);

#endif
