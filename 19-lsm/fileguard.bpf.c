// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Guard marked files: say who is about to remove, rename, replace or execute one, and forbid it.
 *
 * The kernel asks its security modules (SELinux, AppArmor ...) before it does anything that may
 * be forbidden, and BPF is one of them. What an lsm program returns is the answer: 0, go on, or
 * an errno value, negative. The first module that says no decides, also against root. It can only take permissions
 * away, never give one. What it does not see: a copy of the file, and a script that is read as data (sh FILE).
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "example.bpf.h"
#include "macros.bpf.h"
#include "fileguard.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL"; /* lsm programs must be under the GPL */
DESCRIBE(event);

/* Set by the loader before it loads: 0 or -EPERM. (Of "enforce ? -EPERM : 0" clang makes a
 * negation, after which the verifier of 6.12, which checks what lsm programs return, knows
 * nothing.) */
const volatile int verdict;

/*
 * The marks hang on the inodes themselves: a look-up needs no hash and no path, a file with two
 * names has one mark, and a mark goes when its inode does.
 */
struct {
	__uint(type, BPF_MAP_TYPE_INODE_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* the only way there is, but it must be said */
	__type(key, int);		      /* for user space: a file descriptor */
	__type(value, struct mark);
} marks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024); /* bytes: a power of two */
} events SEC(".maps");

static __always_inline struct event *begin(enum action action)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		count_dropped();
		return NULL;
	}
	clear_record(event, sizeof(*event));
	event->time_ns = bpf_ktime_get_ns();
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->uid = bpf_get_current_uid_gid();
	event->action = action;
	event->denied = verdict;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	return event;
}

/* The verdict on @action with @inode, reported if it is marked. @named has the name to show. */
static __always_inline int judge(enum action action, struct inode *inode, struct dentry *named)
{
	struct mark *mark;
	struct event *event;

	mark = inode ? bpf_inode_storage_get(&marks, inode, NULL, 0) : NULL;
	if (!mark)
		return 0;
	event = begin(action);
	if (event) {
		bpf_probe_read_kernel_str(event->name, sizeof(event->name), named->d_name.name);
		bpf_probe_read_kernel_str(event->path, sizeof(event->path), mark->path);
		bpf_ringbuf_submit(event, submit_flags(&events, sizeof(*event)));
	}
	return verdict; /* whether it could be reported or not */
}

/*
 * @ret is what the lsm program before ours on this hook has said. The kernel would stop at an
 * error, but a program that lets it through should not turn it into a 0 either.
 */
SEC("lsm/inode_unlink")
int BPF_PROG(on_unlink, struct inode *dir, struct dentry *dentry, int ret)
{
	return ret ?: judge(UNLINK, dentry->d_inode, dentry);
}

SEC("lsm/inode_rename")
int BPF_PROG(on_rename, struct inode *old_dir, struct dentry *old, struct inode *new_dir,
	     struct dentry *new, int ret)
{
	int renamed;

	if (ret)
		return ret;
	renamed = judge(RENAME, old->d_inode, new);
	/* Both may be marked. The new name, if nothing has it yet, is a dentry without an inode. */
	return judge(REPLACE, new->d_inode, new) ?: renamed;
}

/* A program that is executed: before anything of it is read but its first bytes. */
SEC("lsm/bprm_check_security")
int BPF_PROG(on_exec, struct linux_binprm *bprm, int ret)
{
	return ret ?: judge(EXEC, bprm->file->f_inode, bprm->file->f_path.dentry);
}

/*
 * A file whose pages are to be executed: by the dynamic linker (ld.so FILE, dlopen()), which maps a program without
 * any exec. The mappings that an exec makes itself are on_exec()'s.
 */
SEC("lsm/mmap_file")
int BPF_PROG(on_map, struct file *file, unsigned long reqprot, unsigned long prot, unsigned long flags, int ret)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (ret || !file || !(prot & PROT_EXEC) || BPF_CORE_READ_BITFIELD_PROBED(task, in_execve))
		return ret;
	return judge(MAP, file->f_inode, file->f_path.dentry);
}

/*
 * The same, sleepable. Hooks that allow that may call bpf_d_path(), which takes locks: it has the
 * path by which the file is executed now, whatever it was called when it was marked.
 */
SEC("lsm.s/bprm_check_security")
int BPF_PROG(on_exec_path, struct linux_binprm *bprm, int ret)
{
	struct file *file = bprm->file;
	struct event *event;
	struct mark *mark;

	if (ret)
		return ret;
	mark = bpf_inode_storage_get(&marks, file->f_inode, NULL, 0);
	if (!mark)
		return 0;
	event = begin(EXEC);
	if (event) {
		bpf_probe_read_kernel_str(event->name, sizeof(event->name),
					  BPF_CORE_READ(file, f_path.dentry, d_name.name));
		if (bpf_d_path(&file->f_path, event->path, sizeof(event->path)) < 0)
			bpf_probe_read_kernel_str(event->path, sizeof(event->path), mark->path);
		bpf_ringbuf_submit(event, submit_flags(&events, sizeof(*event)));
	}
	return verdict;
}
