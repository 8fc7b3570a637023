// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A program with USDT probes of its own, for the demo, the tests and the benchmark:
 *
 *	rounds N	N rounds, in each of which it comes by all three of its probes
 *	rounds wait N	the same, after a line on stdin
 *	rounds flood N	come by the first one N times; prints how many ns that took each time
 *	rounds thread	come by the first one in a second thread, with its ID
 *	rounds say TEXT	come by the second one with TEXT, and with a pointer to nowhere
 *	rounds cold	come by the second one with a string on pages that are not in memory
 *
 * It prints how often it had to compute what only tracers want to know.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "probe.h"

PROBE_SEMAPHORE(rounds, secret);

static long computed;

static long secret(long round)
{
	computed++;
	return -round * round;
}

static void play(long count)
{
	static const char *const names[] = { "rock", "paper", "scissors" };

	for (long round = 1; round <= count; round++) {
		char move[16];

		strcpy(move, names[round % 3]);
		PROBE2(rounds, begin, round, count);
		PROBE2(rounds, move, round, move);
		PROBE1_IF_USED(rounds, secret, secret(round));
	}
}

static long flood(long count)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (long i = 1; i <= count; i++)
		PROBE2(rounds, begin, i, count);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec) / count;
}

static void *begin_once(void *unused)
{
	PROBE2(rounds, begin, syscall(SYS_gettid), 0);
	return NULL;
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

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	pthread_t thread;

	if (argc == 3 && !strcmp(mode, "flood") && atol(argv[2]) > 0) {
		printf("%ld\n", flood(atol(argv[2])));
	} else if (argc == 3 && !strcmp(mode, "say")) {
		PROBE2(rounds, move, 0, argv[2]);
		PROBE2(rounds, move, -1, 8);
	} else if (argc == 2 && !strcmp(mode, "thread")) {
		return pthread_create(&thread, NULL, begin_once, NULL) || pthread_join(thread, NULL);
	} else if (argc == 2 && !strcmp(mode, "cold")) {
		PROBE2(rounds, move, 0, cold("a cold string"));
	} else if (argc == 3 && !strcmp(mode, "wait") && atol(argv[2]) > 0) {
		getchar();
		play(atol(argv[2]));
		printf("%ld\n", computed);
	} else if (argc == 2 && atol(argv[1]) > 0) {
		play(atol(argv[1]));
		printf("%ld\n", computed);
	} else {
		fprintf(stderr, "usage: rounds N | wait N | flood N | thread | say TEXT | cold\n");
		return 2;
	}
	return 0;
}
