// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Count what the CPUs do, by stack: a perf event interrupts each of them 49 times a second
 * (or at every so many cycles, or page faults), and this program looks where it was.
 *
 * A perf event that counts cycles interrupts as an NMI, anywhere in the kernel: it may find
 * a lock taken that it needs itself. Therefore the maps here allocate everything when they
 * are made (no BPF_F_NO_PREALLOC), and what cannot be had at once is counted as lost.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "example.bpf.h"
#include "macros.bpf.h"
#include "profile.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

const volatile __u32 wanted_pid;
const volatile bool include_idle;
const volatile bool kernel_stacks = true;
const volatile bool user_stacks = true;

/* Samples of which a stack found no room in the map of stacks. */
__u64 lost_stacks;

/*
 * A stack trace map has one place for each hash of a stack. It gives a stack that it has seen
 * before its old id, so that a deep stack is stored once and counted by a number. But a stack
 * whose place is taken by another one is refused (-EEXIST), however empty the rest of the map
 * is: of 400 stacks in 16384 places five are, on average. So there is a second map for those.
 */
struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 8192); /* half of --stack-storage-size */
	__uint(key_size, sizeof(__u32));
	__uint(value_size, MAX_DEPTH * sizeof(__u64));
} stacks SEC(".maps"), more_stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768); /* twice --stack-storage-size */
	__type(key, struct sample_key);
	__type(value, __u64);
} counts SEC(".maps");

/* When the loader was told of an image, and what it had mapped then. */
struct told {
	__u64 time_ns;
	__u64 code; /* mm->exec_vm: pages that can be executed and not written */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct image);
	__type(value, struct told);
} images SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} newcomers SEC(".maps");

/*
 * Take the current stack into the map, and return its id. @must_be: there is a stack of this
 * kind, so that even -EFAULT, which otherwise means that there is none, is a loss.
 */
static __always_inline __s32 stack_id(void *ctx, __u64 flags, bool must_be)
{
	/*
	 * No BPF_F_REUSE_STACKID: it puts the new stack into the place of the other one, and
	 * what that one has counted then appears under a wrong name. No BPF_F_FAST_STACK_CMP:
	 * it takes stacks with equal 32-bit hashes for equal without comparing them.
	 */
	long id = bpf_get_stackid(ctx, &stacks, flags);

	if (id >= 0)
		return id;
	if (id == -EEXIST) {
		id = bpf_get_stackid(ctx, &more_stacks, flags);
		if (id >= 0)
			return id | IN_MORE_STACKS;
	}
	if (id == -EFAULT && !must_be)
		return NO_STACK;
	__sync_fetch_and_add(&lost_stacks, 1);
	return LOST_STACK;
}

/*
 * Tell the loader of a program when it is seen first, to look at it as long as it is there; and again when it has
 * loaded or unloaded a library since, or a second has gone by, as a JIT compiler may have written code.
 */
static __always_inline void introduce(const struct image *image, const struct task_struct *task)
{
	struct told now = { bpf_ktime_get_ns(), BPF_CORE_READ(task, mm, exec_vm) }, *told;

	if (!image->stack_top)
		return;
	told = bpf_map_lookup_elem(&images, image);
	if (told && told->code == now.code && now.time_ns - told->time_ns < 1000000000)
		return;
	bpf_map_update_elem(&images, image, &now, BPF_ANY);
	/*
	 * Wake the loader at once, unlike everywhere else: a wake-up is expensive, but there is one for each
	 * program and library, not for each sample, and the process may end the next moment. If there is no
	 * room, the loader finds it when it prints, if the process is still there.
	 */
	bpf_ringbuf_output(&newcomers, (void *)image, sizeof(*image), BPF_RB_FORCE_WAKEUP);
}

SEC("perf_event")
int on_sample(struct bpf_perf_event_data *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u64 *count, one = 1;
	struct sample_key key = {};
	long err;

	key.image.pid = bpf_get_current_pid_tgid() >> 32;
	if (wanted_pid && key.image.pid != wanted_pid)
		return 0;
	if (!include_idle && !key.image.pid)
		return 0; /* the idle task of this CPU */
	key.image.stack_top = BPF_CORE_READ(task, mm, start_stack);

	key.kernel_stack = kernel_stacks ? stack_id(ctx, 0, false) : NO_STACK;
	key.user_stack = user_stacks ?
				 stack_id(ctx, BPF_F_USER_STACK, key.image.stack_top != 0) :
				 NO_STACK;
	bpf_get_current_comm(key.comm, sizeof(key.comm));

	count = bpf_map_lookup_elem(&counts, &key);
	if (!count) {
		err = bpf_map_update_elem(&counts, &key, &one, BPF_NOEXIST);
		if (!err) {
			introduce(&key.image, task);
			return 0;
		}
		if (err == -EEXIST) /* another CPU was faster */
			count = bpf_map_lookup_elem(&counts, &key);
	}
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		count_dropped();
	return 0;
}
