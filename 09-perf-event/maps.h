/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Which files the code of a program comes from, and what a JIT compiler says of its own. */
#ifndef MAPS_H
#define MAPS_H

#include "jit.h"
#include "profile.h"
#include "symbols.h"

/* A file that code comes from: the same one for all processes that have it mapped. */
struct module {
	dev_t dev;
	ino_t ino;
	char *path;
	struct symbols *symbols;
};

struct mapping {
	__u64 start, end, offset; /* end: the first address after it; offset: in the file */
	struct module *module;	  /* NULL: it is from no file */
};

struct process {
	struct image image;
	struct mapping *mappings; /* what was read later comes later */
	size_t count;
	bool seen;	 /* before it ended */
	bool read_again; /* when an address was in none of them */
	struct jit jit;
};

/* The process of @image, which may not have been seen yet. */
struct process *find_process(const struct image *image);

/* What tells the program that process @pid runs now from others (see struct image); 0: it has ended. */
__u64 read_stack_top(__u64 pid);

/*
 * Add what @process has mapped by now, and hold the files open: the process may end, and its files be deleted,
 * before somebody asks for a name. Nothing is forgotten, as samples may be older. Does nothing if it has ended.
 */
void read_mappings(struct process *process);

/* The newest mapping of @process that has @addr in it, or NULL. */
const struct mapping *find_mapping(const struct process *process, __u64 addr);

/* The element of @tree that equals @key, or else a new one, which is a copy of it. Dies without memory. */
void *find_or_add(void **tree, const void *key, size_t size, int (*compare)(const void *, const void *));

#endif
