/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the unit tests share: checks that print TAP, and a child process for what exits. */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int tap_count, tap_failed;

/* Print one case's result; @fmt is its name. */
__attribute__((format(printf, 2, 3))) static inline bool ok(bool good, const char *fmt, ...)
{
	va_list args;

	printf("%sok %d - ", good ? "" : "not ", ++tap_count);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	tap_failed += !good;
	return good;
}

/* One case: are the texts the same? */
static inline bool same(const char *got, const char *expected, const char *name)
{
	bool good = ok(!strcmp(got, expected), "%s", name);

	if (!good)
		printf("#      got: %s\n# expected: %s\n", got, expected);
	return good;
}

/* Print the plan; what main() is to return. */
static inline int finished(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

/*
 * Call @run with @arg in a child process, and put what it writes to stdout and stderr into
 * @output. Returns its exit status, 0 if @run returns, or -1 if a signal ended it.
 */
static inline int in_child(void (*run)(const void *), const void *arg, char *output, size_t size)
{
	FILE *file = tmpfile();
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(fileno(file), STDOUT_FILENO);
		dup2(fileno(file), STDERR_FILENO);
		run(arg);
		fflush(NULL);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	rewind(file);
	output[fread(output, 1, size - 1, file)] = '\0';
	fclose(file);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

#endif
