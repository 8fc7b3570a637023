// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A program that calls a readline() of its own, for the tests and the benchmark. It is built twice,
 * once with that function in the program and once (-DPROGRAM, -DLIBRARY) with it in a library.
 *
 *	reader say PROMPT LINE	one call that is given PROMPT and returns LINE; - is a null pointer
 *	reader flood N		N such calls, as fast as it goes; prints how many ns one took
 *	reader steady N		such calls for N seconds, a millisecond apart
 *	reader cold		one whose prompt and line are on pages that are not in memory
 *	reader bad		one whose pointers point nowhere
 *	reader wait		wait for a line on stdin, then call it with "now> " and "done"
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

char *readline(const char *prompt);

#ifndef PROGRAM
char *readline_result;

char *readline(const char *prompt)
{
	return readline_result;
}
#else
extern char *readline_result;
#endif

#ifndef LIBRARY
static char *(*volatile function)(const char *) = readline; /* that none of its copies is called */

static void call(const char *prompt, char *line)
{
	readline_result = line;
	function(prompt);
}

/* @text across the end of a page, in files that are mapped but were never looked at: one for each
 * page, as the kernel brings in the pages around one in the same file, too. */
static char *cold(const char *text)
{
	size_t page = sysconf(_SC_PAGESIZE);
	char *at = mmap(NULL, 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < 2; i++) {
		FILE *file = tmpfile();

		fseek(file, i ? 0 : page - 3, SEEK_SET);
		fwrite(i ? text + 3 : text, 1, i ? strlen(text) - 3 : 3, file);
		fflush(file);
		if (ftruncate(fileno(file), page))
			exit(1);
		mmap(at + i * page, page, PROT_READ, MAP_PRIVATE | MAP_FIXED, fileno(file), 0);
	}
	return at + page - 3;
}

static long flood(long count)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (long i = 0; i < count; i++)
		call("prompt> ", "a line");
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec) / count;
}

static void steady(long seconds)
{
	for (time_t end = time(NULL) + seconds; time(NULL) < end; usleep(1000))
		call("prompt> ", "a line");
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (argc == 4 && !strcmp(mode, "say")) {
		call(strcmp(argv[2], "-") ? argv[2] : NULL, strcmp(argv[3], "-") ? argv[3] : NULL);
	} else if (argc == 3 && !strcmp(mode, "flood") && atol(argv[2]) > 0) {
		printf("%ld\n", flood(atol(argv[2])));
	} else if (argc == 3 && !strcmp(mode, "steady")) {
		steady(atol(argv[2]));
	} else if (argc == 2 && !strcmp(mode, "cold")) {
		call(cold("cold> "), cold("a cold line"));
	} else if (argc == 2 && !strcmp(mode, "bad")) {
		call((char *)8, (char *)16);
	} else if (argc == 2 && !strcmp(mode, "wait")) {
		getchar();
		call("now> ", "done");
	} else {
		fprintf(stderr, "usage: reader say PROMPT LINE | flood N | steady N | cold | bad | wait\n");
		return 2;
	}
	return 0;
}
#endif
