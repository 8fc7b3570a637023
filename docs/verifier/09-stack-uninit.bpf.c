// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "macros.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct flow {
	__u32 hash;
	__u64 cookie; /* so there are four bytes of padding above */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct flow);
	__type(value, __u64);
} starts SEC(".maps");

/* All members are set, but not what is between them; and a HASH compares all bytes. */
SEC("tc")
int bad(struct __sk_buff *skb)
{
	__u64 now = bpf_ktime_get_ns();
	struct flow flow;

	flow.hash = bpf_get_hash_recalc(skb);
	flow.cookie = bpf_get_socket_cookie(skb);
	bpf_map_update_elem(&starts, &flow, &now, BPF_ANY);
	return TC_ACT_OK;
}

/* memset() clears the padding too. The compiler leaves out what is overwritten. */
SEC("tc")
int good(struct __sk_buff *skb)
{
	__u64 now = bpf_ktime_get_ns();
	struct flow flow;

	__builtin_memset(&flow, 0, sizeof(flow));
	flow.hash = bpf_get_hash_recalc(skb);
	flow.cookie = bpf_get_socket_cookie(skb);
	bpf_map_update_elem(&starts, &flow, &now, BPF_ANY);
	return TC_ACT_OK;
}
