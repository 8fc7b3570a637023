// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Make a function of the kernel fail, for one process or below one path: to see what a program
 * does when the disk is full, without filling it.
 *
 * An fmod_ret program runs instead of a function. If it returns 0, the function runs after all;
 * anything else is returned to the caller as if the function had. The kernel allows that only
 * where an error is expected: on security_*(), where security modules say no; on what is marked
 * ALLOW_ERROR_INJECTION() in its source, if it was built with that; and from 7.1 on
 * (measured: not 7.0.13, 7.1.13) on system calls.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "example.bpf.h"
#include "macros.bpf.h"
#include "failinject.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

/* Set by the loader before it loads. */
const volatile __u32 own_pid;	 /* the loader's, which must be able to end this */
const volatile __s32 path_index; /* which argument of the system call is a path: 0, 1; -1: none */

/* The one rule: an array of one element is a variable that both sides may change. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rule);
} rules SEC(".maps");

/* Room for an event. Nobody else is in there: while a program runs on a CPU, the kernel does not
 * run it there again. (Before 5.12 it would, but a kernel that is not preemptible does not come
 * to that.) */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024); /* bytes: a power of two */
} events SEC(".maps");

static const __u32 zero;

static __always_inline bool is_used_up(const struct rule *rule)
{
	return rule->times && rule->failed >= rule->times;
}

/* The rule, if it is for the current process and may be the call's turn: nearly all calls are done
 * with that, so it comes before there is any path to look up. */
static __always_inline struct rule *find_rule(void)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct rule *rule = bpf_map_lookup_elem(&rules, &zero);

	if (!rule || pid == own_pid || (rule->pid && rule->pid != pid) || is_used_up(rule))
		return NULL;
	if (rule->percent < 100 && bpf_get_prandom_u32() % 100 >= rule->percent)
		return NULL;
	return rule;
}

static __always_inline bool has_prefix(const struct rule *rule, const char *path)
{
	for (__u32 i = 0; i < PREFIX_SIZE && i < rule->prefix_size; i++)
		if (path[i] != rule->prefix[i])
			return false;
	return true;
}

/* What to return: the rule's error, which is reported, or 0 when it is not the call's turn. @event
 * has the path, of @size bytes with its NUL; if @size is not above 0, there is none. */
static __always_inline long inject(struct rule *rule, struct event *event, long size)
{
	__u64 id = bpf_get_current_pid_tgid();

	if (size <= 0 || size > PATH_SIZE) {
		event->path[0] = '\0';
		size = 1;
	}
	/* Others may have used it up while the path was looked up. */
	if (!has_prefix(rule, event->path) || is_used_up(rule))
		return 0;
	__sync_fetch_and_add(&rule->failed, 1);
	event->time_ns = bpf_ktime_get_ns();
	event->pid = id >> 32;
	event->tid = id;
	event->error = rule->error;
	put_comm(event->comm);
	size += offsetof(struct event, path);
	if (bpf_ringbuf_output(&events, event, size, output_flags(&events, size)))
		count_dropped();
	return -(long)rule->error;
}

/*
 * Every open of a file. bpf_d_path() may be called in a few functions only, of which this is one.
 * @ret is what the fmod_ret program before ours on this function has returned.
 */
SEC("fmod_ret/security_file_open")
int BPF_PROG(on_open, struct file *file, int ret)
{
	struct rule *rule = ret ? NULL : find_rule();
	struct event *event = rule ? bpf_map_lookup_elem(&scratch, &zero) : NULL;

	if (!event)
		return ret;
	return inject(rule, event, bpf_d_path(&file->f_path, event->path, sizeof(event->path)));
}

/* Any other security_*(), which the loader names. What its arguments are we do not know. */
SEC("fmod_ret")
int on_function(void *ctx)
{
	struct rule *rule = find_rule();
	struct event *event = rule ? bpf_map_lookup_elem(&scratch, &zero) : NULL;

	return event ? inject(rule, event, 0) : 0;
}

/*
 * Any system call, which the loader names. It runs before the kernel has looked at any argument,
 * so a path is in the program's memory, perhaps not in RAM: being sleepable, it can wait for it.
 * Returns a long, as system calls do: of an int, the upper half would be 0, and no error be seen.
 */
SEC("fmod_ret.s")
long on_syscall(void **ctx)
{
	struct rule *rule = find_rule();
	struct event *event = rule ? bpf_map_lookup_elem(&scratch, &zero) : NULL;
	struct pt_regs *regs = ctx[0];
	const void *path;
	long size = 0;

	if (!event)
		return 0;
	if (path_index >= 0 && bpf_ksym_exists(bpf_copy_from_user_str)) {
		path = (void *)(path_index ? PT_REGS_PARM2_CORE_SYSCALL(regs) :
					     PT_REGS_PARM1_CORE_SYSCALL(regs));
		size = bpf_copy_from_user_str(event->path, sizeof(event->path), path, 0);
	}
	return inject(rule, event, size);
}
