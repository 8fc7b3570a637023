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
#include <sys/types.h>

struct jit {
	int root;	     /* the process's file system; not above 0: it has not been seen */
	uid_t uid;	     /* its user */
	unsigned int number; /* its number in its own PID namespace */
	bool tried;	     /* to read the file */
	struct jit_function {
		__u64 start, size;
		char *name;
	} * functions; /* in the order of the file: of two in one place, the later one is there now */
	size_t count;
};

/*
 * Remember where the file of process @pid is, or will be: it is read when somebody asks for a name, and the process
 * may have ended by then. It is in the process's own file system and has the number that the process itself knows.
 */
void find_jit_file(struct jit *jit, __u64 pid);

/*
 * The function that @addr lies in, or NULL. Left alone is what somebody else could have put there: a file that is
 * not the process's user's or root's, no regular one, behind a symbolic link, or above 64 MiB.
 */
const char *find_jit(struct jit *jit, __u64 addr);

#endif
