/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the files of doctor tell each other. */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "example.h"

/* A note concerns some examples, or costs something; a problem stops what would run. */
enum verdict { OK,
	       NOTE,
	       PROBLEM };

/*
 * Begin a table: @title heads the names, which take @width columns. With --json this prints
 * nothing.
 */
void print_header(const char *title, int width);

/*
 * Print a line of it. @fmt makes the value; @cure says, in a line, what would change a verdict that
 * is not OK, and is not looked at where it is.
 */
void print_check(const char *name, enum verdict verdict, const char *cure, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The line of a check that only root can make. */
void print_unseen(const char *name);

/* How many lines had @verdict so far. */
unsigned int count_verdicts(enum verdict verdict);

/* Print what is so on this machine. */
void check_machine(void);

/* Print the kernel's options that matter, as its configuration has them or as trying shows. */
void check_kernel_options(void);

#endif
