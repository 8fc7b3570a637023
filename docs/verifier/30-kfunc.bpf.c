// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* __weak: on a kernel without it the object can be opened all the same. */
extern struct task_struct *bpf_task_from_pid(__s32 pid) __weak __ksym;
extern void bpf_task_release(struct task_struct *task) __weak __ksym;

int parent;

/* What returns a reference may return NULL, and what takes one wants no NULL. */
SEC("tp_btf/sched_process_exec")
int bad(__u64 *ctx)
{
	struct task_struct *task = bpf_task_from_pid(1);

	parent = task->tgid;
	bpf_task_release(task);
	return 0;
}

/* On a kernel without the function, the first condition is known to be false when the program
 * is verified, and what follows is not looked at. */
SEC("tp_btf/sched_process_exec")
int good(__u64 *ctx)
{
	struct task_struct *task;

	if (!bpf_ksym_exists(bpf_task_from_pid))
		return 0;
	task = bpf_task_from_pid(1);
	if (!task)
		return 0;
	parent = task->tgid;
	bpf_task_release(task);
	return 0;
}
