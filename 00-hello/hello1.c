// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load hello1.bpf.c into the kernel, and print what it counts, each second. */
#include <stdio.h>
#include <unistd.h>
#include "hello1.skel.h"

int main(void)
{
	struct hello1_bpf *skel = hello1_bpf__open_and_load();

	if (!skel || hello1_bpf__attach(skel)) {
		fprintf(stderr, "hello1: cannot load and attach (is this root?)\n");
		return 1;
	}
	fprintf(stderr, "hello1: attached to sched_process_exec; Ctrl-C to stop\n");
	for (;;) {
		sleep(1);
		printf("%llu programs were executed\n", skel->bss->execs);
		fflush(stdout);
	}
}
