// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load hello2.bpf.c, and print its hash, each second. */
#include <unistd.h>
#include "example.h"
#include "hello2.skel.h"

static void print_counts(const struct bpf_map *counts)
{
	unsigned long long count;
	char name[16], *last = NULL;

	while (!bpf_map__get_next_key(counts, last, name, sizeof(name))) {
		if (!bpf_map__lookup_elem(counts, name, sizeof(name), &count, sizeof(count), 0)) {
			/* A process chooses its name: print_text() escapes what a terminal obeys. */
			print_text(stdout, name, sizeof(name));
			printf(" %llu\n", count);
		}
		last = name;
	}
	printf("\n");
	fflush(stdout);
}

int main(void)
{
	struct hello2_bpf *skel = hello2_bpf__open_and_load();

	if (!skel || hello2_bpf__attach(skel))
		die("cannot load and attach");
	fprintf(stderr, "hello2: attached to sched_process_exec; Ctrl-C to stop\n");
	for (;;) {
		sleep(1);
		print_counts(skel->maps.counts);
	}
}
