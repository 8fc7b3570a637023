// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "macros.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[300]);
} scratches SEC(".maps");

static __noinline int last_byte(struct __sk_buff *skb)
{
	char bytes[300] = {};

	bpf_skb_load_bytes(skb, 300, bytes, sizeof(bytes));
	return bytes[299];
}

/* clang allows each function 512 bytes of stack; the kernel allows them to a program and all
 * the functions that it is in at one time. */
SEC("tc")
int bad(struct __sk_buff *skb)
{
	char bytes[300] = {};

	bpf_skb_load_bytes(skb, 0, bytes, sizeof(bytes));
	return bytes[0] == last_byte(skb) ? TC_ACT_SHOT : TC_ACT_OK;
}

/* What is large belongs in a map: here, one value for each CPU. */
SEC("tc")
int good(struct __sk_buff *skb)
{
	__u32 zero = 0;
	char *bytes = bpf_map_lookup_elem(&scratches, &zero);

	if (!bytes)
		return TC_ACT_OK;
	bpf_skb_load_bytes(skb, 0, bytes, 300);
	return bytes[0] == last_byte(skb) ? TC_ACT_SHOT : TC_ACT_OK;
}
