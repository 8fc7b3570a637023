// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Count how long tasks wait for a CPU: from when they could run (they were woken up, or had
 * to leave the CPU although they were not done) until they do.
 *
 * tp_btf programs are raw tracepoints whose arguments have types. The verifier knows from
 * the kernel's BTF that "next" is a struct task_struct, so the program follows its pointers
 * as the kernel itself would, without bpf_probe_read_kernel(), and may pass it to helpers
 * that only take a real task. The scheduler calls us hundreds of thousands of times per
 * second, so each nanosecond here counts.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "example.bpf.h"
#include "macros.bpf.h"
#include "runqlat.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

#define TASK_RUNNING 0 /* linux/sched.h: runs, or wants to */

/*
 * Set by the loader before it loads. The verifier never looks at what they rule out, so that
 * the code in there may need maps and helpers that this kernel does not have.
 */
const volatile __u32 wanted_pid; /* 0: all */
const volatile bool per_process;
const volatile bool in_msecs;
const volatile bool use_task_storage;

/*
 * Since when a task waits, in ns since boot; 0 if it does not. Task storage hangs on the task
 * itself: no hash to compute, no lock to find it, no limit, and it goes when the task goes.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* the only way there is, but it must be said */
	__type(key, int);
	__type(value, __u64);
} waiting SEC(".maps");

/* The same for kernels where task storage is missing or not safe here: by thread id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240); /* threads that wait at one time */
	__type(key, __u32);
	__type(value, __u64);
} waiting_by_tid SEC(".maps");

/*
 * The histogram: one for each CPU (the loader sets how many), since counting without atomics
 * in cache lines of our own is cheapest. The kind of array that has that built in,
 * PERCPU_ARRAY, cannot be mapped into the loader's memory; this one can, and so it is read
 * without a system call.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct hist);
} hists SEC(".maps");

/* For -P, by tgid. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_PROCESSES);
	__type(key, __u32);
	__type(value, struct process);
} processes SEC(".maps");

static const struct process no_waits;

/* The state's name and type before Linux 5.14. What follows the ___ is not part of the
 * type's name when libbpf looks for it in the kernel. */
struct task_struct___old {
	volatile long state;
} __attribute__((preserve_access_index));

static __always_inline bool is_runnable(struct task_struct *task)
{
	struct task_struct___old *old = (void *)task;

	if (bpf_core_field_exists(task->__state))
		return task->__state == TASK_RUNNING;
	return old->state == TASK_RUNNING;
}

static __always_inline bool is_wanted(struct task_struct *task)
{
	/* Thread 0 is the idle task, which runs when nobody waits. */
	return task->pid && (!wanted_pid || task->tgid == wanted_pid);
}

/* From @now on @task waits. */
static __always_inline void begin_wait(struct task_struct *task, __u64 now)
{
	__u32 tid = task->pid;
	__u64 *since;

	if (use_task_storage) {
		since = bpf_task_storage_get(&waiting, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (since)
			*since = now;
		else
			count_dropped();
	} else if (bpf_map_update_elem(&waiting_by_tid, &tid, &now, BPF_ANY)) {
		count_dropped();
	}
}

/* @task waits no longer: since when did it? 0 if we did not see that. */
static __always_inline __u64 end_wait(struct task_struct *task)
{
	__u32 tid = task->pid;
	__u64 *since, begin;

	if (use_task_storage) {
		since = bpf_task_storage_get(&waiting, task, NULL, 0);
		if (!since)
			return 0;
		begin = *since;
		*since = 0;
	} else {
		since = bpf_map_lookup_elem(&waiting_by_tid, &tid);
		if (!since)
			return 0;
		begin = *since;
		bpf_map_delete_elem(&waiting_by_tid, &tid);
	}
	return begin;
}

/* The whole part of log2(@value), 0 for 0. */
static __always_inline __u32 slot_of(__u64 value)
{
	__u32 rest = value, slot = 0;

	if (value >> 32)
		return SLOTS - 1;
	for (int bits = 16; bits; bits /= 2) {
		if (rest >> bits) {
			rest >>= bits;
			slot += bits;
		}
	}
	return slot & (SLOTS - 1);
}

static __always_inline void count_for_process(struct task_struct *task, __u32 slot)
{
	__u32 tgid = task->tgid;
	struct process *process;

	process = lookup_or_init(&processes, &tgid, &no_waits);
	if (!process) {
		count_dropped();
		return;
	}
	/* Each time, as a process has its parent's name until it executes its program. */
	__builtin_memcpy(process->comm, task->group_leader->comm, COMM_SIZE);
	__sync_fetch_and_add(&process->hist.slots[slot], 1); /* it may have threads on more CPUs */
}

static __always_inline void count_wait(struct task_struct *task, __u64 ns)
{
	__u32 slot = slot_of(ns / (in_msecs ? NSEC_PER_MSEC : NSEC_PER_USEC));
	__u32 cpu = bpf_get_smp_processor_id();
	struct hist *hist;

	if (per_process) {
		count_for_process(task, slot);
		return;
	}
	hist = bpf_map_lookup_elem(&hists, &cpu);
	if (hist)
		hist->slots[slot]++; /* no atomic: a CPU switches tasks one after the other */
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *task)
{
	if (is_wanted(task))
		begin_wait(task, bpf_ktime_get_ns());
	return 0;
}

/* The first wake-up of all, by fork() and clone(). */
SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(on_wakeup_new, struct task_struct *task)
{
	if (is_wanted(task))
		begin_wait(task, bpf_ktime_get_ns());
	return 0;
}

/* Linux 5.18 gave this tracepoint a fourth argument; the first three are the same everywhere. */
SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	bool again = is_runnable(prev) && is_wanted(prev); /* it had to leave, and queues up */
	__u64 since = is_wanted(next) ? end_wait(next) : 0;
	__u64 now;

	if (!again && !since)
		return 0;
	now = bpf_ktime_get_ns(); /* one look at the clock for both */
	if (again)
		begin_wait(prev, now);
	if (since) /* this clock may step back by some ns between two CPUs */
		count_wait(next, now > since ? now - since : 0);
	return 0;
}
