// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Make processes, or threads, that end at once, for the tests and the benchmark:
 *
 *	forks N			N processes, one after the other: prints how many ns of CPU
 *				time one took, so that others on the machine disturb little
 *	forks threads N		N threads, one after the other
 *	forks together N	N threads, which all end with the process
 *	forks exec STATUS	a thread that is not the first executes sh, which ends with STATUS
 *	forks leave STATUS	the first thread ends before another one ends the process with STATUS
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void *do_nothing(void *unused)
{
	return NULL;
}

static void *stay(void *unused)
{
	pause();
	return NULL;
}

static void *execute(void *status)
{
	char script[64];

	snprintf(script, sizeof(script), "exit %s", (char *)status);
	execl("/bin/sh", "sh", "-c", script, NULL);
	exit(1);
}

static void *outlive(void *status)
{
	usleep(20000); /* the first thread is gone by then, or the test has nothing to tell */
	exit(atoi(status));
}

static long ns_of(const struct rusage *usage)
{
	return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000000L +
	       (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000L;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[argc - 1]) : 0;
	struct rusage self, children;
	pthread_t thread;

	if (argc > 2 && !strcmp(argv[1], "threads")) {
		for (long i = 0; i < count; i++)
			if (pthread_create(&thread, NULL, do_nothing, NULL) ||
			    pthread_join(thread, NULL))
				return 1;
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "together")) {
		for (long i = 0; i < count; i++)
			if (pthread_create(&thread, NULL, stay, NULL))
				return 1;
		return 0;
	}
	if (argc > 2 && (!strcmp(argv[1], "exec") || !strcmp(argv[1], "leave"))) {
		void *(*run)(void *) = *argv[1] == 'e' ? execute : outlive;

		if (pthread_create(&thread, NULL, run, argv[2]))
			return 1;
		if (run == execute)
			pthread_join(thread, NULL);
		pthread_exit(NULL);
	}
	for (long i = 0; i < count; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			return 1;
	}
	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	if (count)
		printf("%ld\n", (ns_of(&self) + ns_of(&children)) / count);
	return 0;
}
