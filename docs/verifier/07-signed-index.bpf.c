// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct sys_exit_args {
	__u64 regs;
	__s64 ret;
};

__u64 by_result[64];

/* A system call's result is negative when it fails, and -5 is less than 64. */
SEC("raw_tp/sys_exit")
int bad(struct sys_exit_args *ctx)
{
	long ret = ctx->ret;

	if (ret < 64)
		by_result[ret] += 1;
	return 0;
}

/* An index has two bounds; an unsigned one has the lower already. */
SEC("raw_tp/sys_exit")
int good(struct sys_exit_args *ctx)
{
	long ret = ctx->ret;

	if (ret >= 0 && ret < 64)
		by_result[ret] += 1;
	return 0;
}
