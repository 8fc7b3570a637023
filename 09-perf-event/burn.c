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
 *	burn on CPU SECONDS		like cpu, on that CPU only
 *	burn plugin FILE SECONDS	half of it as with cpu; then it loads the library FILE, and calls plugin()
 *	burn jit SECONDS		code made at run time, which it names jit_loop in /tmp/perf-PID.map
 *	burn pages N			touch_pages touches N fresh pages
 *	burn faults N			touch them N times, and print how many ns each took
 *	burn where inner		print the address of inner in the file
 *
 * SECONDS are seconds of CPU time, all threads together.
 * With "wait" as last argument it first waits for a line on stdin, so that a test can tell it
 * when to begin.
 */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
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

static int is_over(void)
{
	return spent() >= end;
}

NOINLINE void inner(void)
{
	do {
		for (int i = 0; i < 1000000 && !system_calls; i++)
			result = result * 31 + i;
		for (int i = 0; i < 1000 && system_calls; i++)
			syscall(SYS_getcwd, &(char[4096]){}, 4096);
	} while (!is_over());
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

static int run_plugin(const char *file, double seconds)
{
	void (*plugin)(int (*is_over)(void));
	void *library;

	end -= seconds / 2;
	outer();
	end += seconds / 2;
	library = dlopen(file, RTLD_NOW);
	plugin = library ? dlsym(library, "plugin") : NULL;
	if (!plugin)
		return 1;
	plugin(is_over);
	return 0;
}

/* void jit_loop(unsigned long n): a frame, and a loop of n turns. */
static const unsigned char code[] = {
#if defined(__x86_64__)
	0x55, 0x48, 0x89, 0xe5, 0x48, 0x89, 0xf9, 0x48, 0xff, 0xc9, 0x75, 0xfb, 0x5d, 0xc3
#elif defined(__aarch64__)
	0xfd, 0x7b, 0xbf, 0xa9, 0xfd, 0x03, 0x00, 0x91, 0x00, 0x04, 0x00, 0xf1, 0xe1, 0xff, 0xff, 0x54,
	0xfd, 0x7b, 0xc1, 0xa8, 0xc0, 0x03, 0x5f, 0xd6
#endif
};

static int run_jit(void)
{
	void (*jit_loop)(unsigned long n);
	char path[64];
	FILE *file;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return 1;
	jit_loop = page;
	memcpy(page, code, sizeof(code));
	__builtin___clear_cache(page, (char *)page + sizeof(code));
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	if (access(path, F_OK)) { /* a test may have put something else there */
		file = fopen(path, "wx");
		if (!file || fprintf(file, "%lx %zx jit_loop\n", (long)page, sizeof(code)) < 0 || fclose(file))
			return 1;
	}
	while (!is_over())
		jit_loop(1000000);
	return 0;
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
	cpu_set_t cpus;

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
	} else if (argc == 4 && !strcmp(mode, "on")) {
		CPU_ZERO(&cpus);
		CPU_SET(atoi(argv[2]), &cpus);
		if (sched_setaffinity(0, sizeof(cpus), &cpus))
			return 1;
		outer();
	} else if (argc == 4 && !strcmp(mode, "plugin")) {
		return run_plugin(argv[2], atof(argv[3]));
	} else if (argc == 3 && !strcmp(mode, "jit")) {
		return run_jit();
	} else if (argc == 3 && !strcmp(mode, "where")) {
		dl_iterate_phdr(first_offset, &offset);
		printf("0x%lx\n", (unsigned long)inner - offset);
	} else if (argc == 3 && !strcmp(mode, "pages")) {
		fault(atol(argv[2]));
	} else if (argc == 3 && !strcmp(mode, "faults")) {
		printf("%.0f\n", fault(atol(argv[2])));
	} else {
		fprintf(stderr, "usage: burn cpu|calls|last SECONDS | threads|deep N SECONDS | "
				"named NAME SECONDS | on CPU SECONDS | plugin FILE SECONDS | jit SECONDS | "
				"pages|faults N [wait]\n");
		return 2;
	}
	return 0;
}
