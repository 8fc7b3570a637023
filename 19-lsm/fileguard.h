/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef FILEGUARD_H
#define FILEGUARD_H

#include "event.h"

#define COMM_SIZE 16   /* the kernel's TASK_COMM_LEN */
#define NAME_SIZE 256  /* the longest name in a directory, with a NUL */
#define PATH_SIZE 4096 /* the longest path, with a NUL */

/* What hangs on a marked inode. */
struct mark {
	char path[PATH_SIZE]; /* when it was marked */
};

/* What somebody is about to do with a marked file. The names are what is printed. */
enum action {
	UNLINK,	 /* remove a name of it */
	RENAME,	 /* give it another name */
	REPLACE, /* rename another file to a name of it, as editors do to save */
	EXEC,	 /* run it as a program */
	MAP,	 /* map it into a process, to run its code: ld.so FILE, dlopen() */
};

struct event {
	__u64 time_ns; /* since boot: CLOCK_MONOTONIC */
	__u32 pid;     /* of the process: the kernel's tgid */
	__u32 uid;
	enum action action;
	bool denied; /* by us */
	char comm[COMM_SIZE];
	char name[NAME_SIZE]; /* that is removed, replaced or executed; for RENAME the new one */
	char path[PATH_SIZE]; /* as it was marked; for EXEC, where the kernel can tell, as it is now
			       */
};

#endif
