// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct sys_enter_write_args {
	__u64 unused;
	long nr;
	long fd;
	const char *buf;
	long count;
};

char text[256];

/* A size that a helper gets may be neither negative nor too large. */
SEC("tracepoint/syscalls/sys_enter_write")
int bad(struct sys_enter_write_args *ctx)
{
	long size = ctx->count;

	if (size > (long)sizeof(text))
		size = sizeof(text);
	bpf_probe_read_user(text, size, ctx->buf);
	return 0;
}

/* Unsigned, what would be negative is very large, and one bound is enough. */
SEC("tracepoint/syscalls/sys_enter_write")
int good(struct sys_enter_write_args *ctx)
{
	__u64 size = ctx->count;

	if (size > sizeof(text))
		size = sizeof(text);
	bpf_probe_read_user(text, size, ctx->buf);
	return 0;
}
