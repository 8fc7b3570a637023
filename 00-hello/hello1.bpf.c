// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Step 1: count the programs that are executed. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

unsigned long long execs; /* a global variable, which the loader can read */

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	__sync_fetch_and_add(&execs, 1); /* atomic: it runs on several CPUs at once */
	return 0;
}
