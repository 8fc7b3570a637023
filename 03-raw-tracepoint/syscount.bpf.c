// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Count the system calls, those that fail, and the time they take, from the raw tracepoints
 * that every system call passes on its way in and out.
 *
 * A raw tracepoint hands the program what the kernel's own code hands the tracepoint: the bare
 * arguments, each as 64 bits in ctx->args[]. An ordinary tracepoint first copies them into a
 * record with named fields. Raw is cheaper, and it does see 32-bit programs; but the
 * arguments are the kernel's business, and may be others in the next release.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "example.bpf.h"
#include "macros.bpf.h"
#include "syscount.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

const volatile __u32 wanted_pid; /* 0: all */

/* The call that a thread is in. */
struct call {
	__u64 start_ns; /* 0: it is in none */
	syscall_id id;
};

/*
 * The time of the entry, and its number too: at the exit pt_regs does not always have it any
 * more (rt_sigreturn puts there what it likes). An entry stays while its thread lives, because
 * to insert and delete one at every call costs far more than to write to it twice. The key is
 * the address of the task_struct: a thread id changes in an execve by another than the first
 * thread.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768); /* threads alive that made a call since we were attached */
	__type(key, __u64);
	__type(value, struct call);
} calls SEC(".maps");

/*
 * The counts. In a per-CPU map each CPU has a value of its own to add to, so that none waits
 * for another; user space adds them up. There are two maps: while the loader empties one, the
 * programs count in the other. To empty the one in use would lose every call whose program
 * has just found its value and not added to it yet.
 */
struct counts {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1024); /* different system calls, 32-bit ones too */
	__type(key, syscall_id);
	__type(value, struct count);
};
struct counts even_counts SEC(".maps");
struct counts odd_counts SEC(".maps");

bool interval_is_odd; /* set by the loader */

static __always_inline bool is_wanted(void)
{
	return !wanted_pid || wanted_pid == bpf_get_current_pid_tgid() >> 32;
}

/* Is the call under way one of the 32-bit kind? A 64-bit program can make those too. */
static __always_inline bool is_32bit(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
#elif defined(__TARGET_ARCH_arm64)
	return BPF_CORE_READ(task, thread_info.flags) & (1 << TIF_32BIT);
#else
	return false;
#endif
}

static __always_inline void count(struct counts *counts, const struct call *call, __u64 ns,
				  long ret)
{
	static const struct count none;
	struct count *sum = lookup_or_init(counts, &call->id, &none);

	if (!sum) {
		count_dropped();
		return;
	}
	sum->count++;
	sum->errors += ret < 0 && ret >= -MAX_ERRNO;
	sum->total_ns += ns;
}

/*
 * "raw_tracepoint/" and "raw_tp/" are the same section with two spellings. What follows is the
 * name alone, without the category that a tracepoint has in tracefs: raw_syscalls/sys_enter.
 * The arguments are those of TP_PROTO in the kernel's include/trace/events/syscalls.h:
 * sys_enter(struct pt_regs *regs, long id).
 */
SEC("raw_tracepoint/sys_enter")
int on_enter(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 task = bpf_get_current_task();
	struct call *call, new_call;

	if (!is_wanted())
		return 0;
	new_call.id = (__u32)ctx->args[1];
	if (is_32bit((void *)task))
		new_call.id |= SYSCALL_32BIT;
	call = bpf_map_lookup_elem(&calls, &task);
	new_call.start_ns = bpf_ktime_get_ns();
	if (call)
		*call = new_call;
	else if (bpf_map_update_elem(&calls, &task, &new_call, BPF_ANY))
		count_dropped();
	return 0;
}

/* sys_exit(struct pt_regs *regs, long ret) */
SEC("raw_tp/sys_exit")
int on_exit(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 task = bpf_get_current_task(), ns;
	struct call *call;

	if (!is_wanted())
		return 0;
	call = bpf_map_lookup_elem(&calls, &task);
	if (!call || !call->start_ns)
		return 0; /* already inside when we were attached, or never let in by seccomp */
	ns = bpf_ktime_get_ns() - call->start_ns;
	if (interval_is_odd)
		count(&odd_counts, call, ns, ctx->args[1]);
	else
		count(&even_counts, call, ns, ctx->args[1]);
	call->start_ns = 0;
	return 0;
}

/* exit() does not return, and the next thread may get the same task_struct. */
SEC("raw_tp/sched_process_exit")
int on_thread_exit(void *ctx)
{
	__u64 task = bpf_get_current_task();

	bpf_map_delete_elem(&calls, &task);
	return 0;
}
