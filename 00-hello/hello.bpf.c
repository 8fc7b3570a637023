// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Step 4: only those of one user; and all that the tools of this suite have. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "example.bpf.h"
#include "hello.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

#define ANY ((__u32)-1)

/* A constant for the verifier; the loader sets it before it loads. */
const volatile __u32 wanted_uid = ANY;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024); /* bytes */
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	__u32 uid = bpf_get_current_uid_gid();
	struct event *event;

	if (wanted_uid != ANY && wanted_uid != uid)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_dropped();
		return 0;
	}
	event->time_ns = bpf_ktime_get_ns();
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->uid = uid;
	put_comm(event->name);
	bpf_ringbuf_submit(event, submit_flags(&events, sizeof(*event)));
	return 0;
}
