// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Things to find in a profile, for the demo, the tests and the benchmark:
 *
 *	burn cpu SECONDS		main -> outer -> middle -> inner, which computes
 *	burn calls SECONDS		the same, with inner making system calls
 *	burn threads N SECONDS		N threads in worker -> inner, made one by one while it runs
 *	burn deep N SECONDS		N calls of itself, then inner
 *	burn last SECONDS		last_call -> never_returns -> inner; that call is the last
 *					instruction of last_call
 *	burn named NAME SECONDS		like cpu, the process called NAME
 *	burn pages N			touch_pages touches N fresh pages
 *	burn faults N			touch them N times, and print how many ns each took
 *	burn where inner		print the address of inner in the file
 *
 * SECONDS are seconds of CPU time, all threads together.
 * With "wait" as last argument it first waits for a line on stdin, so that a test can tell it
 * when to begin.
 */
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifdef __clang__ /* makes no clones, and has no word for it */
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

static double end; /* by spent() */
static int system_calls;
static volatile unsigned long result;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* The CPU time of this process: on a busy machine it takes longer, but does as much. */
static double spent(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

NOINLINE void inner(void)
{
	do {
		for (int i = 0; i < 1000000 && !system_calls; i++)
			result = result * 31 + i;
		for (int i = 0; i < 1000 && system_calls; i++)
			syscall(SYS_getcwd, &(char[4096]){}, 4096);
	} while (spent() < end);
	result++; /* so that the call is not the last thing, which would be a jump */
}

NOINLINE void middle(void)
{
	inner();
	result++;
}

NOINLINE void outer(void)
{
	middle();
	result++;
}

NOINLINE void deeper(int n)
{
	if (n > 1)
		deeper(n - 1);
	else
		inner();
	result++;
}

NOINLINE void *worker(void *argument)
{
	inner();
	result++;
	return argument;
}

static NOINLINE __attribute__((noreturn)) void never_returns(void)
{
	inner();
	exit(0);
}

NOINLINE void last_call(void)
{
	never_returns();
}

static void run_threads(int n)
{
	pthread_t threads[n];

	for (int i = 0; i < n; i++) {
		pthread_create(&threads[i], NULL, worker, NULL);
		usleep(20000);
	}
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

NOINLINE void touch_pages(volatile char *pages, long n, long size)
{
	for (long i = 0; i < n; i++)
		pages[i * size] = 1;
}

static double fault(long n)
{
	long size = sysconf(_SC_PAGESIZE), batch = n < 1024 ? n : 1024;
	char *pages = mmap(NULL, batch * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	double begin, total = 0;
	long done = 0;

	madvise(pages, batch * size, MADV_NOHUGEPAGE); /* or one fault would bring 512 pages */
	for (; done < n; done += batch) {
		begin = now();
		touch_pages(pages, batch, size);
		total += now() - begin;
		madvise(pages, batch * size, MADV_DONTNEED);
	}
	return total / done * 1e9;
}

/* How far from where its file says is this program in memory? */
static int first_offset(struct dl_phdr_info *info, size_t size, void *offset)
{
	*(unsigned long *)offset = info->dlpi_addr;
	return 1;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[1] : "";
	unsigned long offset = 0;
	char line[64];

	if (argc > 1 && !strcmp(argv[argc - 1], "wait")) {
		argc--;
		if (read(STDIN_FILENO, line, sizeof(line)) < 0)
			return 1;
	}
	end = spent() + atof(argc > 1 ? argv[argc - 1] : "");

	if (argc == 3 && !strcmp(mode, "cpu")) {
		outer();
	} else if (argc == 3 && !strcmp(mode, "calls")) {
		system_calls = 1;
		outer();
	} else if (argc == 3 && !strcmp(mode, "last")) {
		last_call();
	} else if (argc == 4 && !strcmp(mode, "threads")) {
		run_threads(atoi(argv[2]));
	} else if (argc == 4 && !strcmp(mode, "deep")) {
		deeper(atoi(argv[2]));
	} else if (argc == 4 && !strcmp(mode, "named")) {
		prctl(PR_SET_NAME, argv[2]);
		outer();
	} else if (argc == 3 && !strcmp(mode, "where")) {
		dl_iterate_phdr(first_offset, &offset);
		printf("0x%lx\n", (unsigned long)inner - offset);
	} else if (argc == 3 && !strcmp(mode, "pages")) {
		fault(atol(argv[2]));
	} else if (argc == 3 && !strcmp(mode, "faults")) {
		printf("%.0f\n", fault(atol(argv[2])));
	} else {
		fprintf(stderr, "usage: burn cpu|calls|last SECONDS | threads|deep N SECONDS | "
			"named NAME SECONDS | pages|faults N [wait]\n");
		return 2;
	}
	return 0;
}
