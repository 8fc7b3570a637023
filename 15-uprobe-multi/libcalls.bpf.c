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
#include "session.bpf.h"
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

/*
 * For kernels without sessions: the calls that a thread is in, the innermost last, kept with the
 * thread itself (see 04-tp-btf). Not all return: a longjmp leaves them. So that these do not stay,
 * each has the stack pointer: as the stack grows down, what is below a new call's is over.
 */
#define MAX_DEPTH 64 /* of deeper calls the kernel does not follow the return */

struct call {
	__u64 begin_ns;
	__u64 sp;
	__u64 function;
};

struct stack {
	__u64 depth;
	struct call calls[MAX_DEPTH];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct stack);
} stacks SEC(".maps");

static __always_inline struct count *count_of(__u32 function)
{
	return bpf_map_lookup_elem(&counts, &function);
}

static __always_inline void add_time(struct count *count, __u64 begin_ns)
{
	__sync_fetch_and_add(&count->timed, 1);
	__sync_fetch_and_add(&count->total_ns, bpf_ktime_get_ns() - begin_ns);
}

static __always_inline int enter(struct pt_regs *ctx)
{
	__u32 function = bpf_get_attach_cookie(ctx);
	struct count *count = count_of(function);
	__u64 sp = PT_REGS_SP(ctx), depth;
	struct stack *stack;
	struct call *call;

	if (!count)
		return 0; /* cannot be, but the verifier does not know */
	__sync_fetch_and_add(&count->calls, 1);
	if (!timed)
		return 0;
	stack = bpf_task_storage_get(&stacks, bpf_get_current_task_btf(), NULL,
				     BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!stack) {
		count_dropped();
		return 0;
	}
	depth = stack->depth;
	for (int i = 0; i < MAX_DEPTH && depth; i++) {
		call = &stack->calls[(depth - 1) % MAX_DEPTH];
		/* Where one function ends in a jump to another, both have the same. */
		if (call->sp > sp || (call->sp == sp && call->function != function))
			break;
		depth--;
	}
	if (depth < MAX_DEPTH) {
		call = &stack->calls[depth++];
		call->function = function;
		call->sp = sp;
		call->begin_ns = bpf_ktime_get_ns();
	}
	stack->depth = depth;
	return 0;
}

static __always_inline int leave(void *ctx)
{
	struct stack *stack = bpf_task_storage_get(&stacks, bpf_get_current_task_btf(), NULL, 0);
	__u32 function = bpf_get_attach_cookie(ctx);
	struct count *count = count_of(function);

	if (!stack || !count)
		return 0; /* it had begun before we were attached */
	for (int i = 0; i < MAX_DEPTH && stack->depth; i++) {
		struct call *call = &stack->calls[--stack->depth % MAX_DEPTH];

		if (call->function == function) {
			add_time(count, call->begin_ns);
			break;
		}
	}
	return 0;
}

/*
 * A session is entry and return in one program, and eight bytes (the session's cookie, which is not
 * the probe's) that the kernel keeps from one to the other, for each call: no stack is needed. If
 * the entry returned 1, the return would not be traced.
 */
static __always_inline int enter_or_leave(void *ctx)
{
	struct count *count = count_of(bpf_get_attach_cookie(ctx));
	__u64 *begin = session_cookie(ctx);

	if (!count)
		return 0;
	if (session_is_return(ctx)) {
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
