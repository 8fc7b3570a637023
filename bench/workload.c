// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What makes events, as many and as fast as it goes. Prints the ns that one takes.
 *
 *	workload send ADDRESS COUNT
 *		Send datagrams of 64 bytes as fast as it goes; prints the ns of CPU time of one.
 *	workload files COUNT PATH | unlinks COUNT PATH
 *		Open and close that file, or make and remove it; prints the ns of one time.
 *	workload threads COUNT FILE
 *		Have so many threads, which wait; at SIGUSR1 each makes some system calls, and then there is
 *		FILE. Prints nothing; there is FILE at first too, when all are there.
 *	workload stacks COUNT ROUNDS
 *		Page faults from so many places in the program; prints the ns of one.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include "clock.h"

static int send_packets(const char *address, long count)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct timespec begin, end;
	char data[64] = "";

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1 || connect(fd, (void *)&to, sizeof(to)))
		err(1, "%s", address);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (long i = 0; i < count; i++)
		if (send(fd, data, sizeof(data), 0) < 0 && errno != ENOBUFS && errno != ECONNREFUSED)
			err(1, "send");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	printf("%.1f\n", ((end.tv_sec - begin.tv_sec) * 1e9 + end.tv_nsec - begin.tv_nsec) / count);
	return 0;
}

static int files(long count, const char *path, bool make)
{
	double begin = now_ms();

	for (long i = 0; i < count; i++) {
		int fd = open(path, make ? O_WRONLY | O_CREAT : O_RDONLY, 0644);

		if (fd < 0 || close(fd) || (make && unlink(path)))
			err(1, "%s", path);
	}
	printf("%.1f\n", (now_ms() - begin) * 1e6 / count);
	return 0;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int generation, done;

static void *wait_for_turns(void *unused)
{
	pthread_mutex_lock(&lock);
	for (int seen = 0;; seen = generation) {
		done++;
		while (generation == seen)
			pthread_cond_wait(&changed, &lock);
	}
	return NULL;
}

static int threads(int count, const char *path)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32 * 1024);
	pthread_attr_setguardsize(&attr, 0); /* each guard page would be a mapping, and these are limited */
	for (int i = 0; i < count; i++) {
		errno = pthread_create(&thread, &attr, wait_for_turns, NULL);
		if (errno)
			err(1, "thread %d", i);
	}
	for (;;) {
		for (int all = 0; all < count; sleep_ms(5)) {
			pthread_mutex_lock(&lock);
			all = done;
			pthread_mutex_unlock(&lock);
		}
		close(open(path, O_WRONLY | O_CREAT, 0644));
		sigwait(&set, &sig);
		pthread_mutex_lock(&lock);
		generation++;
		done = 0;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
	}
}

#ifdef __clang__ /* makes no clones, and has no word for it */
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

/* Each place is a way of @depth steps to the left or right: a stack of its own. */
static volatile char *page;

static NOINLINE void left(int way, int depth);
static NOINLINE void right(int way, int depth)
{
	if (depth == 0)
		*page = 1;
	else
		(way & 1 ? right : left)(way >> 1, depth - 1);
	asm volatile(""); /* no tail call, which would leave no frame */
}

static void left(int way, int depth)
{
	if (depth == 0)
		*page = 1;
	else
		(way & 1 ? right : left)(way >> 1, depth - 1);
	asm volatile("");
}

static int stacks(int count, int rounds)
{
	const int pages = 256;
	char *memory = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	double begin = now_ms();
	int used = 0;

	if (memory == MAP_FAILED)
		err(1, "mmap");
	madvise(memory, pages * 4096, MADV_NOHUGEPAGE);
	for (int i = 0; i < rounds; i++)
		for (int way = 0; way < count; way++) {
			page = memory + 4096 * used++;
			left(way, 17);
			if (used == pages)
				madvise(memory, pages * 4096, MADV_DONTNEED);
			used %= pages;
		}
	printf("%.1f\n", (now_ms() - begin) * 1e6 / count / rounds);
	return 0;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (!strcmp(mode, "send") && argc == 4)
		return send_packets(argv[2], atol(argv[3]));
	if ((!strcmp(mode, "files") || !strcmp(mode, "unlinks")) && argc == 4)
		return files(atol(argv[2]), argv[3], mode[0] == 'u');
	if (!strcmp(mode, "threads") && argc == 4)
		return threads(atoi(argv[2]), argv[3]);
	if (!strcmp(mode, "stacks") && argc == 4)
		return stacks(atoi(argv[2]), atoi(argv[3]));
	fprintf(stderr, "usage: workload send ADDRESS COUNT | files COUNT PATH | unlinks COUNT PATH |\n"
			"       threads COUNT FILE | stacks COUNT ROUNDS\n");
	return 2;
}
