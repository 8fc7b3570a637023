// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Count the calls of all functions of a library or program whose names match a pattern, and how
 * long they take.
 *
 * A uprobe.multi link is one link for any number of uprobes in one file. Attaching a thousand takes
 * milliseconds, where a thousand perf events, as 14-uprobe uses two of, take seconds to go away. A
 * number that comes with each, the cookie, tells the program which of them it was.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "example.bpf.h"
#include "libcalls.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

/* Set by the loader before it loads: are returns traced too? */
const volatile bool timed;

/*
 * One element for each function, at the index that is its cookie; the loader says how many. The
 * loader sees them as its own memory. There is no copy for each CPU, which could do without
 * atomics: unlike a tracepoint's, a uprobe's program may lose the CPU to another in its middle.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct count);
} counts SEC(".maps");

/* For kernels without sessions: the calls that are under way, by thread and function. */
struct call_key {
	__u32 tid;
	__u32 function;
};

struct call {
	__u64 begin_ns;
	__u64 depth; /* of calls inside, where the function calls itself: these are not timed */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, struct call_key);
	__type(value, struct call);
} calls SEC(".maps");

/* Until 6.18 these had no argument. What follows ___ is not part of the name that libbpf looks for
 * in the kernel; the one whose type does not fit stays unresolved. */
extern bool bpf_session_is_return___old(void) __weak __ksym;
extern __u64 *bpf_session_cookie___old(void) __weak __ksym;

static __always_inline struct count *count_of(void *ctx)
{
	__u32 function = bpf_get_attach_cookie(ctx);

	return bpf_map_lookup_elem(&counts, &function);
}

static __always_inline void add_time(struct count *count, __u64 begin_ns)
{
	__sync_fetch_and_add(&count->timed, 1);
	__sync_fetch_and_add(&count->total_ns, bpf_ktime_get_ns() - begin_ns);
}

static __always_inline int enter(void *ctx)
{
	struct call_key key = { .tid = bpf_get_current_pid_tgid(),
				.function = bpf_get_attach_cookie(ctx) };
	struct count *count = count_of(ctx);
	struct call call = {}, *outer;

	if (!count)
		return 0; /* cannot be, but the verifier does not know */
	__sync_fetch_and_add(&count->calls, 1);
	if (!timed)
		return 0;
	outer = bpf_map_lookup_elem(&calls, &key);
	if (outer) {
		outer->depth++;
		return 0;
	}
	call.begin_ns = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&calls, &key, &call, BPF_ANY))
		count_dropped();
	return 0;
}

static __always_inline int leave(void *ctx)
{
	struct call_key key = { .tid = bpf_get_current_pid_tgid(),
				.function = bpf_get_attach_cookie(ctx) };
	struct call *call = bpf_map_lookup_elem(&calls, &key);
	struct count *count = count_of(ctx);

	if (!call || !count)
		return 0; /* it had begun before we were attached */
	if (call->depth) {
		call->depth--;
		return 0;
	}
	add_time(count, call->begin_ns);
	bpf_map_delete_elem(&calls, &key);
	return 0;
}

/*
 * A session is entry and return in one program, and eight bytes (the session's cookie, which is not
 * the probe's) that the kernel keeps from one to the other, for each call: no hash is needed. If
 * the entry returned 1, the return would not be traced.
 */
static __always_inline int enter_or_leave(void *ctx)
{
	struct count *count = count_of(ctx);
	bool is_return;
	__u64 *begin;

	if (bpf_ksym_exists(bpf_session_is_return___old)) {
		is_return = bpf_session_is_return___old();
		begin = bpf_session_cookie___old();
	} else {
		is_return = bpf_session_is_return(ctx);
		begin = bpf_session_cookie(ctx);
	}
	if (!count)
		return 0;
	if (is_return) {
		add_time(count, *begin);
	} else {
		__sync_fetch_and_add(&count->calls, 1);
		*begin = bpf_ktime_get_ns();
	}
	return 0;
}

SEC("uprobe.multi")
int on_call(struct pt_regs *ctx)
{
	return enter(ctx);
}

SEC("uretprobe.multi")
int on_return(struct pt_regs *ctx)
{
	return leave(ctx);
}

SEC("uprobe.session")
int on_session(struct pt_regs *ctx)
{
	return enter_or_leave(ctx);
}

/* The sleepable ones may also wait for memory that is on disk (see 14-uprobe), which is not needed
 * here: they are there to see what that costs. */
SEC("uprobe.multi.s")
int on_call_sleepable(struct pt_regs *ctx)
{
	return enter(ctx);
}

SEC("uretprobe.multi.s")
int on_return_sleepable(struct pt_regs *ctx)
{
	return leave(ctx);
}

SEC("uprobe.session.s")
int on_session_sleepable(struct pt_regs *ctx)
{
	return enter_or_leave(ctx);
}
