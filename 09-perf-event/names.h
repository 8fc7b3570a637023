/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Names for the addresses in a stack: the kernel's by /proc/kallsyms, those of programs by
 * the symbols of the files that they are mapped from, which elfutils' libdw reads.
 * Names of C++ and Rust are demangled. A name is as it stands in the file, so escape it. Equal names are the
 * same pointer, which stays valid until the end.
 */
#ifndef NAMES_H
#define NAMES_H

#include <sys/types.h>
#include "profile.h"

/*
 * Remember which files @image is mapped from by now, and hold them open: the process may end, and
 * its files be deleted, before somebody asks for a name. Does nothing if it has ended.
 */
void learn_image(const struct image *image);

/* The same for what process @pid runs now. */
void learn_process(pid_t pid);

/*
 * The function that user address @addr of @image lies in; or "libfoo.so+0x1234" where the
 * file has no symbol for it, the number being the address that addr2line and objdump know;
 * or "[unknown]" where nothing is mapped from a file, or the process ended too early.
 */
const char *user_name(const struct image *image, __u64 addr);

/* The kernel function that @addr lies in; or the address in hex where the kernel hides it. */
const char *kernel_name(__u64 addr);

/* @name as the one pointer that is the same for all equal names. */
const char *intern(const char *name);

/* How many programs ended before they could be looked at; their frames are "[unknown]". */
extern unsigned long unseen_images;

/* Of the others, how many addresses were in no file and had no name from a JIT compiler: "[unknown]". */
extern unsigned long unknown_addresses;

/* Has any kernel address had a name? Not one has where /proc/kallsyms hides them all. */
extern bool kernel_has_names;

#endif
