// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Numbers that look like those of processes that run. */
#include <pthread.h>
#include <unistd.h>
#include "kit.h"

static void *print_ids(void *zombie)
{
	printf("%d %d\n", gettid(), *(pid_t *)zombie);
	fflush(stdout);
	pause();
	return NULL;
}

/* ids: print the id of a thread and that of a zombie, and wait to be ended. */
int cmd_ids(int argc, char **argv)
{
	pid_t zombie = fork();
	pthread_t thread;

	if (!zombie)
		_exit(0);
	if (zombie < 0 || pthread_create(&thread, NULL, print_ids, &zombie))
		die("cannot make a process and a thread");
	while (!has_ended(zombie))
		sleep_ms(1);
	pause();
	return 1;
}
