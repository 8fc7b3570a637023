/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include "libcalls.h"

struct function {
	char *name;
	unsigned long offset; /* in the file */
	bool refused;	      /* by the kernel */
	struct count shown;   /* what has been printed of it */
};

/* The functions that match, by where they are in the file. */
extern struct function *functions;
extern size_t functions_count;

/* Fill in functions[] from the ELF file @path; dies if none has a name that matches @pattern. */
void find_functions(const char *path, const char *pattern);

#endif
