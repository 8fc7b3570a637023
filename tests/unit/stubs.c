// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* die() and fail() without their diagnosis, so that a test stands on the file it tests alone. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include "example.h"

void die(const char *fmt, ...)
{
	int err = errno;
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(err));
	_exit(EXIT_FAILED);
}

void fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	_exit(EXIT_FAILED);
}
