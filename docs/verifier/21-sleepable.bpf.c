// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct sys_enter_args {
	__u64 unused;
	long nr;
	unsigned long args[6];
};

char text[64];

/* bpf_copy_from_user() waits for a page that is not in memory. A tracepoint's program
 * must not wait. */
SEC("tracepoint/raw_syscalls/sys_enter")
int bad(struct sys_enter_args *ctx)
{
	bpf_copy_from_user(text, sizeof(text), (void *)ctx->args[1]);
	return 0;
}

/* This one never waits: it fails with -EFAULT where the page is not there. */
SEC("tracepoint/raw_syscalls/sys_enter")
int good(struct sys_enter_args *ctx)
{
	bpf_probe_read_user(text, sizeof(text), (void *)ctx->args[1]);
	return 0;
}
