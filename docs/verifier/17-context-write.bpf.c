// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "macros.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Few members of the context can be written, and the packet's length is not one of them. */
SEC("tc")
int bad(struct __sk_buff *skb)
{
	if (skb->len > 128)
		skb->len = 128;
	return TC_ACT_OK;
}

/* What changes more than a number has a helper. */
SEC("tc")
int good(struct __sk_buff *skb)
{
	if (skb->len > 128)
		bpf_skb_change_tail(skb, 128, 0);
	return TC_ACT_OK;
}
