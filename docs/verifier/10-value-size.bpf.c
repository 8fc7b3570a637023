// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u32);
} cpus SEC(".maps");

/* The map's key has eight bytes, so eight are read; the variable has four. */
SEC("raw_tp/sys_enter")
int bad(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u32 *cpu = bpf_map_lookup_elem(&cpus, &pid);

	if (cpu)
		*cpu = bpf_get_smp_processor_id();
	return 0;
}

/* Helpers take void *, so the compiler does not see it: use the very type of the map. */
SEC("raw_tp/sys_enter")
int good(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 pid = bpf_get_current_pid_tgid() >> 32;
	__u32 *cpu = bpf_map_lookup_elem(&cpus, &pid);

	if (cpu)
		*cpu = bpf_get_smp_processor_id();
	return 0;
}
