// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct stats {
	__u64 calls;
};

struct stats totals;

/* A function that is not static is verified by itself, for all arguments that its types allow:
 * here also for NULL. (5.10 refuses pointers there altogether.) */
__noinline int count(struct stats *stats)
{
	stats->calls++;
	return 0;
}

/* A static function is verified with the arguments that its callers give it. */
static __noinline int count_here(struct stats *stats)
{
	stats->calls++;
	return 0;
}

SEC("raw_tp/sys_enter")
int bad(struct bpf_raw_tracepoint_args *ctx)
{
	count(&totals);
	return 0;
}

SEC("raw_tp/sys_enter")
int good(struct bpf_raw_tracepoint_args *ctx)
{
	count_here(&totals);
	return 0;
}
