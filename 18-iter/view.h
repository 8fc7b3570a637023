/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What was asked for on the command line, and how it is printed. */
#ifndef VIEW_H
#define VIEW_H

#include <argp.h>
#include "bps.h"

enum { PS,
       LSOF,
       SS,
       CGROUP,
       MAP,
       VIEWS };

struct view {
	const char *name;
	const char *record; /* the name of its struct, and of the part before the text */
	size_t size;
	bool has_text;
};
extern const struct view views[VIEWS];

extern struct wanted {
	const struct view *view;
	pid_t pid;
	bool udp, kill;
	long port;
	const char *cgroup;
	__u32 map_id;
	double interval; /* seconds; 0: none */
	const char *pin;
} wanted;

extern const struct argp argp; /* fills in wanted */

/*
 * Print what is at @object: an element of a map, with @key_size and @value_size, a line of text, or a record
 * that the BTF of @obj describes. Returns its size in bytes.
 */
size_t print_object(const struct bpf_object *obj, const char *object, __u32 key_size, __u32 value_size);

#endif
