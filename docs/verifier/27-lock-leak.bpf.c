// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "macros.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct allowance {
	struct bpf_spin_lock lock;
	__u32 tokens;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct allowance);
} allowances SEC(".maps");

/* The early return keeps the lock. */
SEC("tc")
int bad(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct allowance *allowance = bpf_map_lookup_elem(&allowances, &zero);

	if (!allowance)
		return TC_ACT_OK;
	bpf_spin_lock(&allowance->lock);
	if (!allowance->tokens)
		return TC_ACT_SHOT;
	allowance->tokens--;
	bpf_spin_unlock(&allowance->lock);
	return TC_ACT_OK;
}

/* One way in, one way out; what is decided inside is a variable. */
SEC("tc")
int good(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct allowance *allowance = bpf_map_lookup_elem(&allowances, &zero);
	int verdict = TC_ACT_SHOT;

	if (!allowance)
		return TC_ACT_OK;
	bpf_spin_lock(&allowance->lock);
	if (allowance->tokens) {
		allowance->tokens--;
		verdict = TC_ACT_OK;
	}
	bpf_spin_unlock(&allowance->lock);
	return verdict;
}
