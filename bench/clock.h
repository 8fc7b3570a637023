/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CLOCK_H
#define CLOCK_H

#include <time.h>
#include <unistd.h>

/* Milliseconds since boot. */
static inline double now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static inline void sleep_ms(double ms)
{
	usleep(ms * 1000);
}

#endif
