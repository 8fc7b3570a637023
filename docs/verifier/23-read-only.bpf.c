// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile char target[16] = "bash";
char latest[16];

/* A cast silences the compiler. But const volatile variables are in .rodata, which is
 * frozen before the program is verified. */
SEC("raw_tp/sys_enter")
int bad(struct bpf_raw_tracepoint_args *ctx)
{
	bpf_get_current_comm((void *)target, sizeof(target));
	return 0;
}

/* What changes is a variable without const. */
SEC("raw_tp/sys_enter")
int good(struct bpf_raw_tracepoint_args *ctx)
{
	bpf_get_current_comm(latest, sizeof(latest));
	return 0;
}
