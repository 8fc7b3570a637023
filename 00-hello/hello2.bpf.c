// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Step 2: count them by name, in a hash. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1000);
	__type(key, char[16]);
	__type(value, __u64);
} counts SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	__u64 one = 1, *count;
	char name[16] = {};

	bpf_get_current_comm(name, sizeof(name));
	count = bpf_map_lookup_elem(&counts, name);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&counts, name, &one, BPF_ANY);
	return 0;
}
