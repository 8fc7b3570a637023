// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "macros.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Here 1 allows and 0 refuses: the return value has no room for an errno (bpf_set_retval() takes one). */
SEC("cgroup/connect4")
int bad(struct bpf_sock_addr *ctx)
{
	if (ctx->user_port == bpf_htons(25))
		return -EPERM;
	return 0;
}

/* The kernel itself makes EPERM of 0. */
SEC("cgroup/connect4")
int good(struct bpf_sock_addr *ctx)
{
	if (ctx->user_port == bpf_htons(25))
		return 0;
	return 1;
}
