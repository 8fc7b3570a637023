// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

volatile int ready; /* user space sets it */
__u64 calls;

/* Waiting for somebody else: nothing that this program knows changes from turn to turn. */
SEC("raw_tp/sys_enter")
int bad(struct bpf_raw_tracepoint_args *ctx)
{
	while (!ready)
		;
	calls++;
	return 0;
}

/* A program cannot wait. It looks, and if it is too early it leaves the event alone. */
SEC("raw_tp/sys_enter")
int good(struct bpf_raw_tracepoint_args *ctx)
{
	if (ready)
		calls++;
	return 0;
}
