// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Report every program that is executed. The tracepoint fires when exec can no longer fail. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "example.bpf.h"
#include "execsnoop.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

/* Set by the loader before it loads; 0: all. */
const volatile __u32 wanted_pid;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024); /* bytes: some 800 events */
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct event event = {}; /* all of it is sent, so every byte must be ours */

	event.pid = bpf_get_current_pid_tgid() >> 32;
	if (wanted_pid && event.pid != wanted_pid)
		return 0;
	event.time_ns = bpf_ktime_get_ns();
	event.ppid = BPF_CORE_READ(task, real_parent, tgid);
	event.uid = bpf_get_current_uid_gid();
	BPF_CORE_READ_STR_INTO(&event.parent, task, real_parent, comm);
	/* The lower half of a __data_loc says where in the record the string begins. */
	bpf_probe_read_kernel_str(event.path, sizeof(event.path),
				  (void *)ctx + (ctx->__data_loc_filename & 0xffff));
	if (bpf_ringbuf_output(&events, &event, sizeof(event),
			       output_flags(&events, sizeof(event))))
		count_dropped();
	return 0;
}
