/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include "libcalls.h"

struct function {
	char *name;
	unsigned long offset; /* in the file */
	bool untimed;	      /* to trace its return would be harmful */
	bool left_out;	      /* by the kernel, or because of that */
	struct count shown;   /* what has been printed of it */
};

/* The functions that match, by where they are in the file. */
extern struct function *functions;
extern size_t functions_count;

/* Fill in functions[] from the ELF file @path; dies if none has a name that matches @pattern. */
void find_functions(const char *path, const char *pattern);
void free_functions(void);

/*
 * Print (print.c) what @counts, which has an element for each function, has more than it had the last
 * time, most calls first; also their times, if they were @timed. Returns how many calls those are.
 * Nothing is reset, so what BPF counts meanwhile is in the next difference. @object has the BTF.
 */
struct bpf_object;
unsigned long long show(const struct bpf_object *object, const volatile struct count *counts,
			bool timed);

#endif
