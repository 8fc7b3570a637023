// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Call the functions of libtwenty.so, for the demo, the tests and the benchmark:
 *
 *	caller N		twenty_1() N times, twenty_2() 2 N times ... twenty_20() 20 N times
 *	caller sleep N MS	sleep_ms(MS) N times
 *	caller recurse N	recurse(N)
 *	caller leap N		leap() N times, left by a longjmp, and 200 ms later once so that it returns
 *	caller jump N		ends_in_a_jump() N times, which ends in a jump to jumped_to()
 *	caller wait N		the first, after a line on stdin and a longjmp
 *	caller flood N		twenty_1() N times, as fast as it goes; prints how many ns one took
 */
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAMES(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) \
	X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20)
#define DECLARE(n) long twenty_##n(long x);
#define NAME(n)	   twenty_##n,

NAMES(DECLARE)
long sleep_ms(long ms);
long recurse(long n);

static long (*const functions[])(long) = { NAMES(NAME) };

static void call_all(long count)
{
	for (int i = 0; i < 20; i++)
		for (long n = 0; n < (i + 1) * count; n++)
			functions[i](n);
}

static jmp_buf target;

__attribute__((noinline)) static void leap(bool away)
{
	if (away)
		longjmp(target, 1);
	__asm__ volatile("");
}

__attribute__((noinline)) static long jumped_to(volatile long *x)
{
	return *x;
}

__attribute__((noinline)) static long ends_in_a_jump(volatile long *x)
{
	++*x;
	return jumped_to(x);
}

static long flood(long count)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (long i = 0; i < count; i++)
		functions[0](i);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec) / count;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	long count = argc > 2 ? atol(argv[2]) : 0;

	if (argc == 4 && !strcmp(mode, "sleep")) {
		while (count-- > 0)
			sleep_ms(atol(argv[3]));
	} else if (argc == 3 && !strcmp(mode, "recurse")) {
		recurse(count);
	} else if (argc == 3 && !strcmp(mode, "leap")) {
		static volatile long n;

		setjmp(target);
		if (n == count)
			usleep(200000);
		leap(n++ < count);
	} else if (argc == 3 && !strcmp(mode, "jump")) {
		volatile long calls = 0;

		while (calls < count)
			ends_in_a_jump(&calls);
	} else if (argc == 3 && !strcmp(mode, "wait")) {
		getchar();
		if (!setjmp(target))
			leap(true);
		call_all(count);
	} else if (argc == 3 && !strcmp(mode, "flood") && count > 0) {
		printf("%ld\n", flood(count));
	} else if (argc == 2 && atol(mode) > 0) {
		call_all(atol(mode));
	} else {
		fprintf(stderr, "usage: caller N | sleep N MS | recurse N | leap N | jump N | wait N | flood N\n");
		return 2;
	}
	return 0;
}
