// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Report when processes are made, execute a program, and end; through a ring buffer, or through
 * the perf buffer that there was before Linux 5.8.
 *
 * A perf buffer is one buffer for each CPU: events of different CPUs are not in order, and one
 * CPU's may overflow while the others are empty. A ring buffer is one for all. Its records can be
 * filled in where they will be read, and the program decides for each whether to wake the reader,
 * which is what most of an event costs.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "example.bpf.h"
#include "procsnoop.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

/* linux/sched.h: clone() makes a thread of this process, and no new process. */
#ifndef CLONE_THREAD
#define CLONE_THREAD 0x00010000
#endif

/* linux/sched/signal.h: exit_group() was called, or a signal has ended all threads. */
#ifndef SIGNAL_GROUP_EXIT
#define SIGNAL_GROUP_EXIT 0x00000004
#endif

/* A process; its number alone is used again. */
struct ended {
	__u64 start_time;
	__u64 tgid;
};

/* Set by the loader before it loads; what they rule out is not in the program that runs, so a
 * kernel that lacks ring buffers never sees the calls for them. */
const volatile bool use_perf;
const volatile __u32 wake;	  /* enum wake; a perf buffer has it as an attribute */
const volatile __u32 wanted_ppid; /* 0: all */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 128 * 1024); /* bytes, for all CPUs: some 2,000 events */
} events SEC(".maps");

/* By CPU, file descriptors of perf events; the loader makes them and their buffers. */
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} perf_events SEC(".maps");

/* Where an event for a perf buffer is put together: it is sent by being copied. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event);
} scratch SEC(".maps");

/* Processes of several threads that have ended: which of the last threads has told so? */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct ended);
	__type(value, __u8);
} ended SEC(".maps");

/* Room for an event of @size bytes, which must be a constant; NULL if there is none. */
static __always_inline struct event *reserve_event(__u64 size)
{
	struct event *event;
	__u32 zero = 0;

	if (use_perf)
		return bpf_map_lookup_elem(&scratch, &zero);
	event = bpf_ringbuf_reserve(&events, size, 0);
	if (!event)
		count_dropped();
	return event;
}

/* Give @event, from reserve_event(), to the reader. */
static __always_inline void submit_event(void *ctx, struct event *event, __u64 size)
{
	if (!use_perf)
		bpf_ringbuf_submit(event, wake == WAKE_EACH  ? 0 :
					  wake == WAKE_NEVER ? BPF_RB_NO_WAKEUP :
							       submit_flags(&events, size));
	else if (bpf_perf_event_output(ctx, &perf_events, BPF_F_CURRENT_CPU, event, size))
		count_dropped();
}

/* What all events have. @task is the process's first thread. */
static __always_inline void describe(struct event *event, enum what what, struct task_struct *task)
{
	event->time_ns = bpf_ktime_get_ns();
	event->what = what;
	event->age_ns = event->time_ns - BPF_CORE_READ(task, start_time);
	event->pid = BPF_CORE_READ(task, tgid);
	event->ppid = BPF_CORE_READ(task, real_parent, tgid);
	event->uid = bpf_get_current_uid_gid();
	event->exit_code = 0;
	event->exit_signal = 0;
	put_comm(event->comm);
}

static __always_inline bool is_wanted(const struct task_struct *task)
{
	return !wanted_ppid || BPF_CORE_READ(task, real_parent, tgid) == wanted_ppid;
}

/* A thread or a process has been made. The parent is running; the child has not begun. */
SEC("tp/task/task_newtask")
int on_fork(struct trace_event_raw_task_newtask *ctx)
{
	const __u64 size = offsetof(struct event, file);
	__u32 ppid = bpf_get_current_pid_tgid() >> 32;
	struct event *event;

	if ((ctx->clone_flags & CLONE_THREAD) || (wanted_ppid && wanted_ppid != ppid))
		return 0;
	event = reserve_event(size);
	if (!event)
		return 0;
	describe(event, FORK, (void *)bpf_get_current_task());
	event->age_ns = 0;
	event->pid = ctx->pid;
	event->ppid = ppid;
	submit_event(ctx, event, size);
	return 0;
}

SEC("tp/sched/sched_process_exec")
int on_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	const __u64 size = sizeof(struct event);
	struct event *event;

	if (!is_wanted(task))
		return 0;
	event = reserve_event(size);
	if (!event)
		return 0;
	describe(event, EXEC, task);
	/* The memory of a record is used again: behind the name would be parts of older events. */
	__builtin_memset(event->file, 0, sizeof(event->file));
	/* "__data_loc": where in the record the string begins, in the lower half. */
	bpf_probe_read_kernel_str(event->file, sizeof(event->file),
				  (void *)ctx + (ctx->__data_loc_filename & 0xffff));
	submit_event(ctx, event, size);
	return 0;
}

/*
 * A thread ends; is it the last one of @leader's process? The kernel has counted it off signal->live
 * before it comes here, so when two end at once, both see 0: the first to come tells, and leaves a note.
 * One that is alone by now writes none, as nobody comes after it.
 */
static __always_inline bool is_end_of_process(const struct task_struct *leader)
{
	struct signal_struct *signal = BPF_CORE_READ(leader, signal);
	struct ended process = { .tgid = bpf_get_current_pid_tgid() >> 32 };
	__u8 one = 1;

	if (BPF_CORE_READ(signal, live.counter))
		return false;
	process.start_time = BPF_CORE_READ(leader, start_time);
	if (BPF_CORE_READ(signal, nr_threads) == 1)
		return !bpf_map_lookup_elem(&ended, &process);
	return !bpf_map_update_elem(&ended, &process, &one, BPF_NOEXIST);
}

SEC("tp/sched/sched_process_exit")
int on_exit(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	const __u64 size = offsetof(struct event, file);
	struct event *event;
	int code;

	if (!is_wanted(task) || !is_end_of_process(leader))
		return 0;
	event = reserve_event(size);
	if (!event)
		return 0;
	describe(event, EXIT, leader);
	/* As wait(2) has it: the status of exit_group() or of the signal, else the first thread's. */
	if (BPF_CORE_READ(leader, signal, flags) & SIGNAL_GROUP_EXIT)
		code = BPF_CORE_READ(leader, signal, group_exit_code);
	else
		code = BPF_CORE_READ(leader, exit_code);
	event->exit_code = code >> 8 & 0xff;
	event->exit_signal = code & 0x7f;
	submit_event(ctx, event, size);
	return 0;
}
