// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

/* A dynptr stands for a record whose size is known only at run time. Where there was no room
 * it is empty, and must be given back all the same. */
SEC("raw_tp/sys_enter")
int bad(struct bpf_raw_tracepoint_args *ctx)
{
	struct bpf_dynptr event;
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (bpf_ringbuf_reserve_dynptr(&events, sizeof(pid), 0, &event))
		return 0;
	bpf_dynptr_write(&event, 0, &pid, sizeof(pid), 0);
	bpf_ringbuf_submit_dynptr(&event, 0);
	return 0;
}

/* This differs from bpf_ringbuf_reserve(), where there is nothing to discard then. */
SEC("raw_tp/sys_enter")
int good(struct bpf_raw_tracepoint_args *ctx)
{
	struct bpf_dynptr event;
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (bpf_ringbuf_reserve_dynptr(&events, sizeof(pid), 0, &event)) {
		bpf_ringbuf_discard_dynptr(&event, 0);
		return 0;
	}
	bpf_dynptr_write(&event, 0, &pid, sizeof(pid), 0);
	bpf_ringbuf_submit_dynptr(&event, 0);
	return 0;
}
