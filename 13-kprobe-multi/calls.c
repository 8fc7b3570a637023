// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Have functions of the kernel called, for the tests and the benchmark:
 *
 *	calls unlink N PATH	N times make the file PATH, and remove it (vfs_unlink)
 *	calls poll MS...	wait in poll() for MS ms (do_sys_poll); sleep 2 s before the next
 *	calls flood N		N times getpgid(0) (__x64_sys_getpgid), as fast as it goes
 *
 * Prints for a flood how many ns one call took.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[2]) : 0;
	struct timespec begin, end;

	if (argc == 4 && !strcmp(argv[1], "unlink")) {
		for (long i = 0; i < count; i++) {
			close(open(argv[3], O_CREAT | O_WRONLY, 0600));
			if (unlink(argv[3]))
				return 1;
		}
	} else if (argc >= 3 && !strcmp(argv[1], "poll")) {
		for (int i = 2; i < argc; i++) {
			if (i > 2)
				sleep(2);
			poll(NULL, 0, atol(argv[i]));
		}
	} else if (argc == 3 && !strcmp(argv[1], "flood")) {
		clock_gettime(CLOCK_MONOTONIC, &begin);
		for (long i = 0; i < count; i++)
			syscall(SYS_getpgid, 0);
		clock_gettime(CLOCK_MONOTONIC, &end);
		printf("%ld\n", ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec -
				 begin.tv_nsec) /
					count);
	} else {
		fprintf(stderr, "calls: see calls.c\n");
		return 2;
	}
	return 0;
}
