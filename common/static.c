// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What static tools call (STATIC=1) in place of dlopen(). */
#include <stddef.h>

void *__wrap_dlopen(const char *file, int mode);

/*
 * No: glibc would load a second libc beside the one in the tool, and that works only with the very
 * version it was linked with. libdw wants libdebuginfod, and goes on without.
 */
void *__wrap_dlopen(const char *file, int mode)
{
	return NULL;
}
