/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The symbols of a file, read by elfutils' libdw. */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct symbols;

/*
 * The symbols of the file that is open as @fd, which is ours from now on; @path is for messages. Nothing is
 * read yet. Dies without memory.
 */
struct symbols *symbols_of(int fd, const char *path);

/*
 * Put the name of the function that @offset in the file lies in into @name, or NULL if there is none. Returns the
 * address in the file's own terms, which addr2line and objdump know.
 */
__u64 find_symbol(struct symbols *symbols, __u64 offset, const char **name);

#endif
