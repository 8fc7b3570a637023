// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Count the calls of many kernel functions, and how long they take.
 *
 * A kprobe is one function, with a perf event of its own: a thousand functions take a thousand of
 * them, and seconds. kprobe.multi is one link for any number of functions, by way of ftrace: all
 * are switched on together. The program asks bpf_get_func_ip() which it is. It works at the entry
 * of functions that ftrace knows, and nowhere else.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "example.bpf.h"
#include "session.bpf.h"
#include "funccount.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

const volatile __u32 wanted_pid; /* 0: all; set by the loader before it loads */

__u64 interval; /* the number of the present one, by the loader */

/* By the function's address. Each CPU has values of its own, so that counting needs no atomics;
 * the loader makes room for as many functions as there are. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct calls);
} functions SEC(".maps");

/* For kretprobe.multi: when a thread entered a function. If the function calls itself, or an
 * interrupt calls it again, the inner call takes the outer one's place. */
struct entry {
	__u64 function;
	__u64 tid;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct entry);
	__type(value, __u64);
} entries SEC(".maps");

static __always_inline bool is_wanted(void)
{
	return !wanted_pid || wanted_pid == bpf_get_current_pid_tgid() >> 32;
}

static __always_inline int count(__u64 function, __u64 ns)
{
	static const struct calls none;
	struct calls *calls = lookup_or_init(&functions, &function, &none);
	__u64 now = *(volatile __u64 *)&interval;
	struct longest *longest;

	if (!calls) {
		count_dropped();
		return 0;
	}
	calls->count++;
	calls->total_ns += ns;
	longest = &calls->longest[now % 2];
	if (longest->interval != now) { /* what is there was of the interval before the last */
		longest->interval = now;
		longest->ns = 0;
	}
	if (ns > longest->ns)
		longest->ns = ns;
	return 0;
}

SEC("kprobe.multi")
int on_call(struct pt_regs *ctx)
{
	return is_wanted() ? count(bpf_get_func_ip(ctx), 0) : 0;
}

/*
 * Entry and return in one program, which runs twice for a call. Between the two, the kernel keeps 8
 * bytes for it, the session's cookie: no map, and no mistake when a function calls itself. If
 * the entry returns 1, the return is not followed.
 */
SEC("kprobe.session")
int on_session(struct pt_regs *ctx)
{
	__u64 *begin = session_cookie(ctx);

	if (session_is_return(ctx))
		return count(bpf_get_func_ip(ctx), bpf_ktime_get_ns() - *begin);
	*begin = bpf_ktime_get_ns();
	return !is_wanted();
}

/* The same with two programs and a map, for kernels before 6.10. */
SEC("kprobe.multi")
int on_entry(struct pt_regs *ctx)
{
	struct entry entry = { bpf_get_func_ip(ctx), (__u32)bpf_get_current_pid_tgid() };
	__u64 now = bpf_ktime_get_ns();

	if (is_wanted() && bpf_map_update_elem(&entries, &entry, &now, BPF_ANY))
		count_dropped();
	return 0;
}

SEC("kretprobe.multi")
int on_return(struct pt_regs *ctx)
{
	struct entry entry = { bpf_get_func_ip(ctx), (__u32)bpf_get_current_pid_tgid() };
	__u64 *begin = bpf_map_lookup_elem(&entries, &entry), ns;

	if (!begin)
		return 0; /* not wanted, or entered before we were attached */
	ns = bpf_ktime_get_ns() - *begin;
	bpf_map_delete_elem(&entries, &entry);
	return count(entry.function, ns);
}
