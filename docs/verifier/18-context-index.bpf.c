// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

__u64 seen;

struct sys_enter_args {
	__u64 unused;
	long nr;
	unsigned long args[6];
};

/* The context's members are fixed offsets, which the kernel translates when it loads the
 * program. An index that is known only later cannot be. */
SEC("tracepoint/raw_syscalls/sys_enter")
int bad(struct sys_enter_args *ctx)
{
	seen = ctx->args[ctx->nr & 3];
	return 0;
}

/* Each access with a constant offset of its own. */
SEC("tracepoint/raw_syscalls/sys_enter")
int good(struct sys_enter_args *ctx)
{
	seen = ctx->args[0];
	return 0;
}
