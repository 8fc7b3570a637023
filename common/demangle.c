// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Names of C++ and Rust functions as their sources have them, not as their compilers write them. */
#include <setjmp.h>
#include <string.h>
#include "example.h"

/* What libiberty has for that. Not all distributions package its header with it. */
typedef void append_fn(const char *text, size_t size, void *opaque);
int cplus_demangle_v3_callback(const char *mangled, int options, append_fn *append, void *opaque);
int rust_demangle_callback(const char *mangled, int options, append_fn *append, void *opaque);
#define DMGL_PARAMS (1 << 0) /* with the types of a function's arguments */
#define DMGL_ANSI   (1 << 1) /* with const and volatile */

static struct {
	char text[1024];
	size_t size;
	jmp_buf is_full;
} name;

static void append(const char *text, size_t size, void *opaque)
{
	size_t room = sizeof(name.text) - name.size;

	if (size < room) {
		memcpy(name.text + name.size, text, size);
		name.size += size;
		return;
	}
	memcpy(name.text + name.size, text, room);
	strcpy(name.text + sizeof(name.text) - sizeof("..."), "...");
	longjmp(name.is_full, 1);
}

/* The name that @mangled stands for; @mangled itself where it stands for none. */
static __attribute__((noinline)) const char *expand(const char *mangled)
{
	const int options = DMGL_PARAMS | DMGL_ANSI;

	/* Rust first: its older names are valid ones of C++, too. */
	name.size = 0;
	if (!rust_demangle_callback(mangled, options, append, NULL)) {
		name.size = 0;
		if (!cplus_demangle_v3_callback(mangled, options, append, NULL))
			return mangled;
	}
	name.text[name.size] = '\0';
	return name.text;
}

const char *demangle(const char *mangled)
{
	static const char *kept; /* a parameter might be lost when setjmp() returns again */

	if (mangled[0] != '_' || (mangled[1] != 'Z' && mangled[1] != 'R'))
		return mangled;
	kept = mangled;

	/* A name can refer to its own parts, and so say in 300 bytes what would fill all memory. No
	 * function that longjmp() leaves has anything on the heap. */
	return setjmp(name.is_full) ? name.text : expand(kept);
}
