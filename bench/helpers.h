/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef HELPERS_H
#define HELPERS_H

#define CALLS 1000 /* of a helper in one run of its program */

/* What the ring buffer is measured with. */
struct record {
	char bytes[64];
};

#endif
