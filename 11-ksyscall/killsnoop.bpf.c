// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Report every signal that a process sends to another, from kprobes on the functions of the system
 * calls kill, tkill and tgkill.
 *
 * Where a system call begins cannot be inlined, and is never renamed: it is the kernel's promise
 * to programs. But what its function is called, and where the arguments are, depends on the
 * architecture and the kernel: sys_kill(pid, sig) of old is __x64_sys_kill(regs) or
 * __arm64_sys_kill(regs) today, a wrapper that takes them from the caller's registers. ksyscall
 * finds the name when it is attached, and BPF_KSYSCALL() the arguments.
 *
 * Tracepoints (02-tracepoint) see system calls too, but not those of 32-bit programs.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "example.bpf.h"
#include "killsnoop.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

#define ANY ((__u32)-1)

/* Set by the loader before it loads; what they rule out is not in the program that runs. */
const volatile __u32 wanted_pid; /* 0: all */
const volatile __u32 wanted_signal = ANY;
const volatile bool only_failed;

/* Until all probes are attached, calls would be followed whose return nobody sees. */
bool all_attached;

/* What the entry knows and the return needs. */
struct args {
	__s32 target;
	__s32 target_tid;
	__u32 signal;
	__u32 compat;
};

/* The calls that are under way, by thread. In an LRU hash (least recently used) there is always
 * room: the oldest element goes. So what is left by calls whose return is missed does no harm. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, struct args);
} calls SEC(".maps");

/* A kretprobe follows only so many calls at one time; this counts those it missed. */
__u64 lost_returns;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024); /* bytes: some 3,000 events */
} events SEC(".maps");

static __always_inline int enter(__s32 target, __s32 target_tid, __u32 signal, bool compat)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct args args = { target, target_tid, signal, compat };
	__u32 tid = pid_tgid;

	if (!all_attached || (wanted_pid && wanted_pid != pid_tgid >> 32) ||
	    (wanted_signal != ANY && wanted_signal != signal))
		return 0;
	if (bpf_map_lookup_elem(&calls, &tid))
		__sync_fetch_and_add(&lost_returns, 1); /* of this thread's last call */
	if (bpf_map_update_elem(&calls, &tid, &args, BPF_ANY))
		count_dropped();
	return 0;
}

static __always_inline int leave(enum call call, long ret)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 tid = pid_tgid;
	struct event *event;
	struct args *args;

	args = bpf_map_lookup_elem(&calls, &tid);
	if (!args)
		return 0; /* not wanted */
	if (only_failed && !ret)
		goto out;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_dropped();
		goto out;
	}
	/* The memory of a record is used again: in the padding would be parts of older events. */
	__builtin_memset(event, 0, sizeof(*event));
	event->time_ns = bpf_ktime_get_ns();
	event->pid = pid_tgid >> 32;
	event->tid = tid;
	event->uid = bpf_get_current_uid_gid();
	event->target = args->target;
	event->target_tid = args->target_tid;
	event->signal = args->signal;
	event->error = -ret;
	event->call = call;
	event->compat = args->compat;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, submit_flags(&events, sizeof(*event)));
out:
	bpf_map_delete_elem(&calls, &tid);
	return 0;
}

SEC("ksyscall/kill")
int BPF_KSYSCALL(on_kill, int pid, int signal)
{
	return enter(pid, 0, signal, false);
}

SEC("kretsyscall/kill")
int BPF_KRETPROBE(on_kill_return, long ret)
{
	return leave(kill, ret);
}

SEC("ksyscall/tkill")
int BPF_KSYSCALL(on_tkill, int tid, int signal)
{
	return enter(0, tid, signal, false);
}

SEC("kretsyscall/tkill")
int BPF_KRETPROBE(on_tkill_return, long ret)
{
	return leave(tkill, ret);
}

SEC("ksyscall/tgkill")
int BPF_KSYSCALL(on_tgkill, int pid, int tid, int signal)
{
	return enter(pid, tid, signal, false);
}

SEC("kretsyscall/tgkill")
int BPF_KRETPROBE(on_tgkill_return, long ret)
{
	return leave(tgkill, ret);
}

/*
 * On x86-64 the same calls of 32-bit programs are functions of their own, and their arguments are
 * in other registers (bx, cx, dx). ksyscall does not know them, so these are plain kprobes, with a
 * name and registers that hold for this architecture only. (On arm64, both kinds of programs
 * come to the same function.)
 */
#ifdef __TARGET_ARCH_x86
SEC("kprobe/__ia32_sys_kill")
int BPF_KPROBE(on_kill32, struct pt_regs *regs)
{
	return enter(BPF_CORE_READ(regs, bx), 0, BPF_CORE_READ(regs, cx), true);
}

SEC("kretprobe/__ia32_sys_kill")
int BPF_KRETPROBE(on_kill32_return, long ret)
{
	return leave(kill, ret);
}

SEC("kprobe/__ia32_sys_tkill")
int BPF_KPROBE(on_tkill32, struct pt_regs *regs)
{
	return enter(0, BPF_CORE_READ(regs, bx), BPF_CORE_READ(regs, cx), true);
}

SEC("kretprobe/__ia32_sys_tkill")
int BPF_KRETPROBE(on_tkill32_return, long ret)
{
	return leave(tkill, ret);
}

SEC("kprobe/__ia32_sys_tgkill")
int BPF_KPROBE(on_tgkill32, struct pt_regs *regs)
{
	return enter(BPF_CORE_READ(regs, bx), BPF_CORE_READ(regs, cx), BPF_CORE_READ(regs, dx),
		     true);
}

SEC("kretprobe/__ia32_sys_tgkill")
int BPF_KRETPROBE(on_tgkill32_return, long ret)
{
	return leave(tgkill, ret);
}
#endif
