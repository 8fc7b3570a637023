// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Step 3: send each as an event, through a ring buffer. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "hello3.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024); /* bytes */
} events SEC(".maps");

unsigned long long dropped;

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) { /* the buffer is full: the loader has not kept up */
		__sync_fetch_and_add(&dropped, 1);
		return 0;
	}
	*event = (struct event){ .pid = bpf_get_current_pid_tgid() >> 32 };
	bpf_get_current_comm(event->name, sizeof(event->name));
	bpf_ringbuf_submit(event, 0);
	return 0;
}
