// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Send signals, for the tests and the benchmark:
 *
 *	killcalls [32] kill|tkill|tgkill PID SIGNAL	tgkill: to the first thread of PID
 *	killcalls thread kill PID SIGNAL		by a second thread
 *	killcalls [32] flood N				N times kill(own PID, 0), as fast as it goes
 *
 * Prints the result: 0, or the negative errno; for a flood, how many ns one call took.
 * 32: by the system calls of 32-bit programs, which x86 allows 64-bit programs too. Status 4
 * where that is not so.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Numbers of the 32-bit system calls of x86. */
enum { KILL32 = 37,
       TKILL32 = 238,
       TGKILL32 = 270 };

#ifdef __x86_64__
static sigjmp_buf no_32_bits;

static void on_fault(int signal)
{
	siglongjmp(no_32_bits, 1);
}
#endif

static long call32(long number, long a, long b, long c)
{
#ifdef __x86_64__
	long ret;

	if (!sigsetjmp(no_32_bits, 1)) {
		signal(SIGSEGV, on_fault);
		__asm__ volatile("int $0x80"
				 : "=a"(ret)
				 : "a"(number), "b"(a), "c"(b), "d"(c)
				 : "memory", "r8", "r9", "r10", "r11");
		return (int)ret;
	}
#endif
	fprintf(stderr, "killcalls: no 32-bit system calls here\n");
	exit(4);
}

static long call64(long number, long a, long b, long c)
{
	return syscall(number, a, b, c) ? -errno : 0;
}

static void *kill_in_thread(void *argument)
{
	char **argv = argument;

	return (void *)call64(SYS_kill, atol(argv[0]), atol(argv[1]), 0);
}

static long in_thread(char **argv)
{
	pthread_t thread;
	void *ret;

	if (pthread_create(&thread, NULL, kill_in_thread, argv) || pthread_join(thread, &ret))
		exit(1);
	return (long)ret;
}

int main(int argc, char **argv)
{
	bool is_32 = argc > 1 && !strcmp(argv[1], "32");
	long (*call)(long, long, long, long) = is_32 ? call32 : call64;
	const char *what;
	long a, b, ret;

	argv += is_32;
	argc -= is_32;
	if (argc < 3 || (!strcmp(argv[1], "thread") && argc != 5)) {
		fprintf(stderr, "killcalls: see killcalls.c\n");
		return 2;
	}
	what = argv[1];
	a = atol(argv[2]);
	b = argc > 3 ? atol(argv[3]) : 0;
	if (!strcmp(what, "flood")) {
		struct timespec begin, end;

		clock_gettime(CLOCK_MONOTONIC, &begin);
		for (long i = 0; i < a; i++)
			if (call(is_32 ? KILL32 : SYS_kill, getpid(), 0, 0))
				return 1;
		clock_gettime(CLOCK_MONOTONIC, &end);
		printf("%ld\n", ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec -
				 begin.tv_nsec) /
					a);
		return 0;
	}
	if (!strcmp(what, "thread"))
		ret = in_thread(argv + 3);
	else if (!strcmp(what, "kill"))
		ret = call(is_32 ? KILL32 : SYS_kill, a, b, 0);
	else if (!strcmp(what, "tkill"))
		ret = call(is_32 ? TKILL32 : SYS_tkill, a, b, 0);
	else
		ret = call(is_32 ? TGKILL32 : SYS_tgkill, a, a, b);
	printf("%ld\n", ret);
	return 0;
}
