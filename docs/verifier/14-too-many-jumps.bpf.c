// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

char text[16384];
__u64 lines;

/* Each comparison in a loop is a fork: one way is followed, the other kept for later, and no
 * more than 8192 may wait. */
SEC("raw_tp/sys_enter")
int bad(struct bpf_raw_tracepoint_args *ctx)
{
	for (int i = 0; i < (int)sizeof(text); i++)
		if (text[i] == '\n')
			lines++;
	return 0;
}

/* Fewer turns, or several calls of the program. */
SEC("raw_tp/sys_enter")
int good(struct bpf_raw_tracepoint_args *ctx)
{
	for (int i = 0; i < 512; i++)
		if (text[i] == '\n')
			lines++;
	return 0;
}
