/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include "cgnet.h"

struct cgnet_bpf;

/* A cgroup of which there was a packet. */
struct row {
	__u64 id;
	char *path;
	struct traffic seen;	 /* up to the last table */
	struct traffic interval; /* since */
};

extern struct table {
	struct row *rows;
	size_t count;
	struct row others; /* beyond MAX_CGROUPS */
	struct row total;  /* of the cgroup that we are attached to */
} table;

/* Have room for the rows, and give it back. */
void make_table(void);
void free_table(void);

/*
 * The row of the cgroup @id; a new one if it has none, with the path that it has now. @mount is a
 * descriptor of any directory of cgroup2.
 */
struct row *find_row(int mount, __u64 id);

/* Have a row for each cgroup that is in @map by now. */
void find_cgroups(int map, int mount);

/*
 * Read all counters of @skel, and set the rows' intervals to what is new. Returns false if there is
 * no total any more: it goes with its cgroup.
 */
bool update_table(const struct cgnet_bpf *skel, int mount);

#endif
