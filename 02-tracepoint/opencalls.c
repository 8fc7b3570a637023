// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The opens that no shell command makes, as raw system calls, for the tests and the benchmark:
 *
 *	opencalls three PATH	open (where there is one), openat and openat2 of PATH
 *	opencalls long N	openat of a missing path that is N bytes long
 *	opencalls null		openat of a null pointer
 *	opencalls thread PATH	openat of PATH by a second thread
 *	opencalls swap FIFO PATH	openat of FIFO, which waits for a writer, by a second thread; then the first
 *				one writes PATH over the name, and opens FIFO for writing
 *	opencalls flood N PATH	N times openat of PATH, as fast as it goes
 *
 * Prints how many calls it made; for a flood, how many ns one took; for a thread, its ID.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int open_in_three_ways(const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY };
	int calls = 2;

#ifdef SYS_open
	syscall(SYS_open, path, O_RDONLY | O_NOCTTY);
	calls++;
#endif
	syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_NONBLOCK);
	syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
	return calls;
}

static int open_long_path(size_t len)
{
	char *path = calloc(1, len + 1);

	memset(path, 'x', len);
	for (size_t i = 0; i < len; i += 200) /* a name has at most 255 bytes */
		path[i] = '/';
	syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
	free(path);
	return 1;
}

static void *open_once(void *path)
{
	syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
	return (void *)syscall(SYS_gettid);
}

static long open_in_thread(char *path)
{
	pthread_t thread;
	void *tid;

	if (pthread_create(&thread, NULL, open_once, path) || pthread_join(thread, &tid))
		exit(1);
	return (long)tid;
}

static long flood(long count, const char *path)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (long i = 0; i < count; i++) {
		int fd = open(path, O_RDONLY);

		if (fd >= 0)
			close(fd);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec) / count;
}

/* Is thread @tid asleep? */
static int is_asleep(int tid)
{
	char path[64], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	file = fopen(path, "r");
	if (file) {
		if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
			state = 0;
		fclose(file);
	}
	return state == 'S';
}

static volatile int opener;

static void *open_and_tell(void *path)
{
	opener = syscall(SYS_gettid);
	return (void *)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
}

static long open_and_swap(const char *fifo, const char *path)
{
	char *name = calloc(1, 4096);
	pthread_t thread;
	void *fd;

	strcpy(name, fifo);
	if (pthread_create(&thread, NULL, open_and_tell, name))
		return -1;
	while (!opener || !is_asleep(opener))
		usleep(1000);
	strcpy(name, path);
	syscall(SYS_openat, AT_FDCWD, fifo, O_WRONLY);
	pthread_join(thread, &fd);
	return opener;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	long result = 1;

	if (argc == 3 && !strcmp(mode, "three")) {
		result = open_in_three_ways(argv[2]);
	} else if (argc == 3 && !strcmp(mode, "long") && atol(argv[2]) > 0) {
		result = open_long_path(atol(argv[2]));
	} else if (argc == 2 && !strcmp(mode, "null")) {
		syscall(SYS_openat, AT_FDCWD, NULL, O_RDONLY);
	} else if (argc == 3 && !strcmp(mode, "thread")) {
		result = open_in_thread(argv[2]);
	} else if (argc == 4 && !strcmp(mode, "swap")) {
		result = open_and_swap(argv[2], argv[3]);
	} else if (argc == 4 && !strcmp(mode, "flood") && atol(argv[2]) > 0) {
		result = flood(atol(argv[2]), argv[3]);
	} else {
		fprintf(stderr, "usage: opencalls three PATH | long N | null | thread PATH | "
				"swap FIFO PATH | flood N PATH\n");
		return 2;
	}
	printf("%ld\n", result);
	return 0;
}
