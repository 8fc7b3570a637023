/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include <stddef.h>
#include "funccount.h"

struct function {
	unsigned long addr;
	__u64 shown; /* count and total_ns that have been printed */
	__u64 shown_ns;
	char name[NAME_SIZE];
};

/* The functions that match, and their addresses in an array for the kernel. */
extern struct function *functions;
extern unsigned long *function_addrs;
extern size_t function_count;

/*
 * Fill these in: the kernel's functions that can be traced and match one of @globs, which ends in
 * NULL. Dies if none does, or if one is called by the counting itself.
 */
void find_functions(char *const *globs);

#endif
