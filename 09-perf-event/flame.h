/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef FLAME_H
#define FLAME_H

#include <stdio.h>
#include "stack.h"

/*
 * Draw @stacks as a flame graph, an SVG file, on @out, with the line @title above it. They must be
 * sorted by name, as read_stacks() returns them.
 */
void draw_flame_graph(FILE *out, const char *title, const struct stacks *stacks);

#endif
