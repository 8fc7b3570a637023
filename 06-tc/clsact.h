/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLSACT_H
#define CLSACT_H

#include <stdbool.h>

/*
 * Attach two programs to the interface with index @interface, called @name, as filters of its clsact qdisc, which
 * is added if there is none. Both are undone when the process exits; a kill -9 leaves them. Dies on failure; warns
 * where another instance has filters there.
 */
void attach_clsact(const char *name, int interface, int ingress_fd, int egress_fd);

/* Are both filters still there? Whoever removes the qdisc removes them. */
bool has_own_filters(void);

#endif
