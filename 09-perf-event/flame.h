/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef FLAME_H
#define FLAME_H

#include <stdio.h>
#include "profile.h"

/*
 * Draw the @n stacks of @events as a flame graph, an SVG file, on @out, with the line @title
 * above it. They must be sorted by process name, then by frames from the outermost inwards.
 */
void draw_flame_graph(FILE *out, const char *title, struct event **events, size_t n);

/* How many frames @event has, its process as the outermost among them. */
size_t levels(const struct event *event);

/* The name at @level of @event: 0 is its process, 1 its outermost function, and so on. */
const char *name_at(const struct event *event, size_t level);

#endif
