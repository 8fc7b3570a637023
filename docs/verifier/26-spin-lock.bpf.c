// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "macros.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct last {
	struct bpf_spin_lock lock;
	__u32 length;
	__u64 time_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct last);
} lasts SEC(".maps");

/* Between lock and unlock nothing may be called, as nobody knows how long it takes. */
SEC("tc")
int bad(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct last *last = bpf_map_lookup_elem(&lasts, &zero);

	if (!last)
		return TC_ACT_OK;
	bpf_spin_lock(&last->lock);
	last->length = skb->len;
	last->time_ns = bpf_ktime_get_ns();
	bpf_spin_unlock(&last->lock);
	return TC_ACT_OK;
}

/* Call first, then lock and only store. */
SEC("tc")
int good(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct last *last = bpf_map_lookup_elem(&lasts, &zero);
	__u64 now = bpf_ktime_get_ns();

	if (!last)
		return TC_ACT_OK;
	bpf_spin_lock(&last->lock);
	last->length = skb->len;
	last->time_ns = now;
	bpf_spin_unlock(&last->lock);
	return TC_ACT_OK;
}
