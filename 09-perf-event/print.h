/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef PRINT_H
#define PRINT_H

#include "stack.h"

struct bpf_object;

/* A frame_name as its name: for json_format(). */
void format_frame_name(char *buf, size_t size, const void *data);

/*
 * Print @stacks, which are sorted by count, on stdout: with -j as the struct event of @object, with
 * @folded a line for each, as flame graph tools read them, else as bcc's profile does.
 */
void print_stacks(const struct stacks *stacks, const struct bpf_object *object, bool folded);

#endif
