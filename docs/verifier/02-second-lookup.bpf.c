// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} calls SEC(".maps");

/* What was just put in is there? Not if the map is full, or if somebody else has already
 * deleted it. A look-up's result is checked every time. */
SEC("raw_tp/sys_enter")
int bad(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u64 *count = bpf_map_lookup_elem(&calls, &pid), zero = 0;

	if (!count) {
		bpf_map_update_elem(&calls, &pid, &zero, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&calls, &pid);
	}
	__sync_fetch_and_add(count, 1);
	return 0;
}

/* Both look-ups have a check of their own. */
SEC("raw_tp/sys_enter")
int good(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u64 *count = bpf_map_lookup_elem(&calls, &pid), zero = 0;

	if (!count) {
		bpf_map_update_elem(&calls, &pid, &zero, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&calls, &pid);
		if (!count)
			return 0;
	}
	__sync_fetch_and_add(count, 1);
	return 0;
}
