// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * System calls in known numbers, for the demo, the tests and the benchmark:
 *
 *	calls mixed		1000 getppid, 500 close of a bad descriptor, 3 nanosleep of 20 ms
 *	calls flood N		N times getppid, as fast as it goes
 *	calls cpus N		the same on each CPU that we may run on
 *	calls numbers FIRST N	the system calls FIRST to FIRST + N - 1, each once, with arguments of -1
 *	calls 32-bit N		N times the getppid of 32-bit programs; status 4 if there is none
 *	calls threads N		N threads at the same time, each makes one getppid and exits
 *	calls negative N	N times lseek, with a result that is negative and no error
 *	calls thread-exec COMMAND...	exec COMMAND from a second thread
 *	calls forbidden N	N times getppid, which seccomp refuses
 *	calls without-batch COMMAND...	exec COMMAND where maps have no BPF_MAP_LOOKUP_AND_DELETE_BATCH
 *
 * Prints how many calls it made; for a flood, how many ns of CPU time one took.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long mixed(void)
{
	struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };

	for (int i = 0; i < 1000; i++)
		syscall(SYS_getppid);
	for (int i = 0; i < 500; i++)
		syscall(SYS_close, -1);
	for (int i = 0; i < 3; i++)
		syscall(SYS_nanosleep, &pause, NULL);
	return 1503;
}

static long flood(long count)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
	for (long i = 0; i < count; i++)
		syscall(SYS_getppid);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
	return ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec) / count;
}

static long on_each_cpu(long count)
{
	cpu_set_t allowed, one;
	long calls = 0;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one))
			continue;
		flood(count);
		calls += count;
	}
	return calls;
}

static long numbers(long first, long count)
{
	for (long i = 0; i < count; i++)
		syscall(first + i, -1, -1, -1, -1, -1, -1);
	return count;
}

static sigjmp_buf no_32bit;

static void on_fault(int sig)
{
	siglongjmp(no_32bit, 1);
}

static long calls_32bit(long count)
{
#ifdef __x86_64__
	/* The old gate for system calls, which a 64-bit program can use as well. */
	long ret;

	signal(SIGSEGV, on_fault);
	if (sigsetjmp(no_32bit, 1))
		exit(4);
	for (long i = 0; i < count; i++) {
		asm volatile("int $0x80"
			     : "=a"(ret)
			     : "a"(64)
			     : "r8", "r9", "r10", "r11", "memory");
		if (ret == -ENOSYS)
			exit(4);
	}
	return count;
#else
	(void)on_fault;
	exit(4);
#endif
}

static pthread_barrier_t all_are_there;

static void *one_call(void *arg)
{
	syscall(SYS_getppid);
	pthread_barrier_wait(&all_are_there);
	return NULL;
}

static long threads(long count)
{
	pthread_t threads[count];

	pthread_barrier_init(&all_are_there, NULL, count);
	for (long i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, one_call, NULL))
			exit(1);
	for (long i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	return count;
}

/* The offsets in a process's memory are addresses, also those of the kernel's half. */
static long negative(long count)
{
	int fd = open("/proc/self/mem", O_RDONLY);

	for (long i = 0; i < count; i++)
		if (syscall(SYS_lseek, fd, -0x100000L, SEEK_SET) != -0x100000L)
			exit(1);
	return count;
}

static void *exec_command(void *arg)
{
	char **argv = arg;

	execvp(argv[0], argv);
	perror(argv[0]);
	exit(1);
}

static void exec_from_thread(char **argv)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, exec_command, argv))
		pthread_join(thread, NULL);
	exit(1);
}

/* Have the system call @number fail with EINVAL; if @only is not -1, for that first argument. */
static void refuse(int number, int only)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, only, 0, only == -1 ? 0 : 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(filter) / sizeof(*filter), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog)) {
		perror("calls: seccomp");
		exit(1);
	}
}

static long forbidden(long count)
{
	refuse(SYS_getppid, -1);
	flood(count);
	return count;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	static const struct {
		const char *mode;
		long (*make)(long count);
	} modes[] = {
		{ "flood", flood },
		{ "cpus", on_each_cpu },
		{ "32-bit", calls_32bit },
		{ "threads", threads },
		{ "forbidden", forbidden },
		{ "negative", negative },
	};

	if (argc == 2 && !strcmp(mode, "mixed")) {
		printf("%ld\n", mixed());
		return 0;
	}
	if (argc == 4 && !strcmp(mode, "numbers") && atol(argv[3]) > 0) {
		printf("%ld\n", numbers(atol(argv[2]), atol(argv[3])));
		return 0;
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (argc == 3 && !strcmp(mode, modes[i].mode) && atol(argv[2]) > 0) {
			printf("%ld\n", modes[i].make(atol(argv[2])));
			return 0;
		}
	}
	if (argc > 2 && !strcmp(mode, "thread-exec"))
		exec_from_thread(argv + 2);
	if (argc > 2 && !strcmp(mode, "without-batch")) {
		refuse(SYS_bpf, BPF_MAP_LOOKUP_AND_DELETE_BATCH);
		exec_command(argv + 2);
	}
	fprintf(stderr, "usage: calls mixed | flood N | cpus N | numbers FIRST N | 32-bit N |\n"
			"             threads N | negative N | forbidden N | thread-exec COMMAND... | "
			"without-batch COMMAND...\n");
	return 2;
}
