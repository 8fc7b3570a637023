// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Processes that share one CPU, for the demo, the tests and the benchmark:
 *
 *	crowd pingpong N [FIFO]	two that wake each other through pipes, N times each; prints
 *				the ns of CPU time that one switch took, whoever else was
 *				there. Then waits until FIFO can be read.
 *	crowd threads N		the same by two threads of one process
 *	crowd hogs SECONDS	two that compute for so long; prints the PID of the first
 *	crowd forks N		N that are made and end at once, one after the other
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static double now(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

/* Have this process and its children run on the last CPU that it may run on, and no other. */
static void stay_on_one_cpu(void)
{
	cpu_set_t cpus, one;

	sched_getaffinity(0, sizeof(cpus), &cpus);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &cpus)) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
		}
	}
	sched_setaffinity(0, sizeof(one), &one);
}

static pid_t fork_child(void)
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("crowd: fork");
		exit(1);
	}
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static int there[2], back[2]; /* pipes */

static void make_pipes(void)
{
	if (pipe(there) || pipe(back))
		exit(1);
}

static void *answer(void *unused)
{
	char byte;

	while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1)
		;
	return NULL;
}

static void ask(long count)
{
	char byte = 0;

	for (long i = 0; i < count; i++)
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			exit(1);
}

static void pingpong(long count, const char *fifo)
{
	clockid_t child_cpu;
	double begin;
	pid_t child;

	make_pipes();
	child = fork_child();
	if (!child) {
		close(there[1]);
		answer(NULL);
		_exit(0);
	}
	clock_getcpuclockid(child, &child_cpu);
	begin = seconds_of(CLOCK_PROCESS_CPUTIME_ID) + seconds_of(child_cpu);
	ask(count);
	printf("%.0f\n", (seconds_of(CLOCK_PROCESS_CPUTIME_ID) + seconds_of(child_cpu) - begin) * 1e9 /
				 (2 * count));
	fflush(stdout);
	if (fifo)
		open(fifo, O_RDONLY);
}

static void threads(long count)
{
	pthread_t thread;

	make_pipes();
	if (pthread_create(&thread, NULL, answer, NULL))
		exit(1);
	ask(count);
}

static void hogs(double seconds)
{
	double end = now() + seconds;

	printf("%d\n", getpid());
	fflush(stdout);
	fork_child();
	while (now() < end)
		;
}

/* vfork() is cheapest, as the child borrows our memory. */
static void fork_once(void)
{
	if (!vfork())
		_exit(0);
	wait(NULL);
}

static void forks(long count)
{
	for (long i = 0; i < count; i++)
		fork_once();
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	double number = argc > 2 ? atof(argv[2]) : 0;

	stay_on_one_cpu();
	if (!strcmp(mode, "pingpong") && argc <= 4 && number >= 1)
		pingpong(number, argv[3]);
	else if (!strcmp(mode, "threads") && argc == 3 && number >= 1)
		threads(number);
	else if (!strcmp(mode, "hogs") && argc == 3 && number > 0)
		hogs(number);
	else if (!strcmp(mode, "forks") && argc == 3 && number >= 1)
		forks(number);
	else {
		fprintf(stderr, "usage: crowd pingpong N [FIFO] | threads N | hogs SECONDS | forks N\n");
		return 2;
	}
	return 0;
}
