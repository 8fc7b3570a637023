// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "macros.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* A helper that may move the packet's data makes all pointers into it invalid. */
SEC("tc")
int bad(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > (void *)(long)skb->data_end)
		return TC_ACT_OK;
	bpf_skb_pull_data(skb, sizeof(*eth) + sizeof(struct iphdr));
	return eth->h_dest[0] & 1 ? TC_ACT_SHOT : TC_ACT_OK;
}

/* Behind such a call, read both pointers from the context again, and check again. */
SEC("tc")
int good(struct __sk_buff *skb)
{
	struct ethhdr *eth;

	bpf_skb_pull_data(skb, sizeof(*eth) + sizeof(struct iphdr));
	eth = (void *)(long)skb->data;
	if ((void *)(eth + 1) > (void *)(long)skb->data_end)
		return TC_ACT_OK;
	return eth->h_dest[0] & 1 ? TC_ACT_SHOT : TC_ACT_OK;
}
