// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "macros.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

__u64 packets[64];

/* 32 conditions in a row are four thousand million ways through, with another hash on each. A
 * million instructions are what the verifier looks at. */
SEC("tc")
int bad(struct __sk_buff *skb)
{
	__u32 mark = skb->mark, hash = 0;

	for (int bit = 0; bit < 32; bit++)
		if (mark & (1U << bit))
			hash = hash * 31 + bit;
	packets[hash % 64]++;
	return TC_ACT_OK;
}

/* Arithmetic instead of conditions: there is one way, on which the hash is some number. */
SEC("tc")
int good(struct __sk_buff *skb)
{
	__u32 mark = skb->mark, hash = 0;

	for (int bit = 0; bit < 32; bit++)
		hash = hash * 31 + (mark >> bit & 1);
	packets[hash % 64]++;
	return TC_ACT_OK;
}
