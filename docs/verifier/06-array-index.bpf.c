// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

__u64 by_length[64];

/* The index comes from the packet's length and may be anything. */
SEC("socket")
int bad(struct __sk_buff *skb)
{
	by_length[skb->len / 32] += 1;
	return 0;
}

/* A comparison gives it a bound; where the array's size is a power of two, so does a mask. */
SEC("socket")
int good(struct __sk_buff *skb)
{
	__u32 slot = skb->len / 32;

	if (slot >= 64)
		slot = 63;
	by_length[slot] += 1;
	return 0;
}
