/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef NOTES_H
#define NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include "usdtsnoop.h"

/* The probes of a file, in the order of its notes: a name comes once for each of its places. */
extern struct usdt_probe *probes;
extern size_t probes_count;

/*
 * Fill in probes[] with those of the ELF file @path that match one of the @count @patterns, or with
 * all if there is no pattern. Dies if there is none.
 */
void find_probes(const char *path, char **patterns, int count);
void free_probes(void);

/* Has argument @arg (0 is the first) of @probe no sign? */
bool is_unsigned(const struct usdt_probe *probe, size_t arg);

#endif
