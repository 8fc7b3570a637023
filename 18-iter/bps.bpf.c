// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Which processes, open files, sockets, cgroups, or elements of a map are there now?
 *
 * An iterator runs when its file is read, once for each object of its kind, in the process that
 * reads. What it writes is what read() returns. Nothing is lost: of an object that finds no room,
 * the kernel takes back what was written, and runs the program for it again at the next read().
 * After the last object it runs once more, with NULL.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "example.bpf.h"
#include "macros.bpf.h"
#include "bps.h"
#include "seq.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(process_event);
DESCRIBE(file_event);
DESCRIBE(socket_event);
DESCRIBE(cgroup_event);

#define ARGS_MAX  4096
#define PATH_ROOM 384
#define MAX_LEVEL 32 /* of cgroups that have their whole path shown */

/* Set by the loader before it loads. */
const volatile __u32 wanted_pid;	   /* 0: all */
const volatile __u16 wanted_port;	   /* local or remote; 0: all */
const volatile bool kill;		   /* end the sockets that are shown */
const volatile __u32 key_size, value_size; /* of the map, in bytes */

__u64 not_killed;

/* ---- Processes ---- */

/* All but the arguments. False if @task is not to be shown. */
static __always_inline bool show_process(struct bpf_iter_meta *meta, struct task_struct *task)
{
	struct seq_file *seq = meta->seq;
	struct process_event event = {};

	write_header(meta, "PID     PPID    UID     THREADS COMM            ARGS\n");
	if (task->pid != task->tgid || (wanted_pid && task->tgid != wanted_pid))
		return false;
	event.pid = task->tgid;
	event.ppid = task->real_parent->tgid;
	event.uid = task->cred->uid.val;
	event.threads = task->signal->nr_threads;
	bpf_probe_read_kernel_str(event.comm, sizeof(event.comm), task->comm);
	if (!as_text) {
		bpf_seq_write(seq, &event, offsetof(struct process_event, args));
		return true;
	}
	BPF_SEQ_PRINTF(seq, "%-7u %-7u %-7u %-7u ", event.pid, event.ppid, event.uid,
		       event.threads);
	write_text(seq, event.comm, sizeof(event.comm), sizeof(event.comm));
	return true;
}

SEC("iter/task")
int on_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task; /* once: the verifier does not know a second one */

	if (task && show_process(ctx->meta, task))
		write_end(ctx->meta->seq);
	return 0;
}

/*
 * The arguments are in the process's own memory, perhaps not even in RAM. Who reads them may
 * have to wait, which only a sleepable program can: hence the ".s".
 *
 * Some programs write a title there instead, which may go on where the environment was. As the
 * kernel's /proc/PID/cmdline, tell it by the end of the arguments, which is then no NUL.
 */
SEC("iter.s/task")
int on_task_with_args(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	struct chunk chunk = {};
	__u32 size, used;
	__u64 at, end;
	char last = 0;

	if (!task || !show_process(ctx->meta, task))
		return 0;
	at = BPF_CORE_READ(task, mm, arg_start); /* 0 for kernel threads, which have no mm */
	end = BPF_CORE_READ(task, mm, arg_end);
	if (end > at && BPF_CORE_READ(task, mm, env_start) == end)
		bpf_copy_from_user_task(&last, 1, (void *)(end - 1), task, 0);
	if (last)
		end = BPF_CORE_READ(task, mm, env_end);
	for (int i = 0; i < ARGS_MAX / CHUNK && at + 1 < end; i++) { /* without the last NUL */
		size = end - 1 - at < CHUNK ? end - 1 - at : CHUNK;
		if (bpf_copy_from_user_task(&chunk, size, (void *)at, task, 0))
			break;
		used = last ? before_nul(&chunk, size) : size;
		make_printable(&chunk);
		if (used > CHUNK)
			break;
		bpf_seq_write(seq, &chunk, used);
		if (used < size)
			break;
		at += size;
	}
	write_end(seq);
	return 0;
}

/* ---- Open files ---- */

SEC("iter/task_file")
int on_file(struct bpf_iter__task_file *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct file_event event = {};
	char path[PATH_ROOM] = {};
	long size = 0;

	if (!task || !file)
		return 0;
	write_header(ctx->meta, "PID     FD    RW COMM            PATH\n");
	if (wanted_pid && task->tgid != wanted_pid)
		return 0;
	event.pid = task->tgid;
	event.fd = ctx->fd;
	event.readable = file->f_mode & FMODE_READ;
	event.writable = file->f_mode & FMODE_WRITE;
	bpf_probe_read_kernel_str(event.comm, sizeof(event.comm), task->comm);
	if (as_text) {
		BPF_SEQ_PRINTF(seq, "%-7u %-5u %s%s ", event.pid, event.fd,
			       event.readable ? "r" : "-", event.writable ? "w" : "-");
		write_text(seq, event.comm, sizeof(event.comm), sizeof(event.comm));
	} else {
		bpf_seq_write(seq, &event, offsetof(struct file_event, path));
	}

	/* Iterators may call it since 5.12, which brought that of task_vma, too. */
	if (bpf_core_type_exists(struct bpf_iter__task_vma))
		size = bpf_d_path(&file->f_path, path, sizeof(path));
	if (size > 0) {
		write_text(seq, path, size - 1, sizeof(path));
	} else { /* no room, or no such helper: its last name */
		bpf_seq_write(seq, ".../", 4);
		write_kernel_string(seq, BPF_CORE_READ(file, f_path.dentry, d_name.name), path,
				    sizeof(path));
	}
	write_end(seq);
	return 0;
}

/* ---- Sockets ---- */

/* Every kind of socket begins with a struct sock_common, also those that are little more. */
static __always_inline int show_socket(struct bpf_iter_meta *meta, struct sock_common *sk,
				       __u32 uid, enum protocol protocol)
{
	struct socket_event event = { .protocol = protocol, .uid = uid, .state = sk->skc_state };
	__u16 local = sk->skc_num, remote = bpf_ntohs(sk->skc_dport);
	long err;

	write_header(meta, "STATE            UID     LOCAL REMOTE\n");
	if (wanted_port && local != wanted_port && remote != wanted_port)
		return 0;
	event.local_port = bpf_htons(local);
	event.remote_port = sk->skc_dport;
	if (sk->skc_family == AF_INET6) {
		BPF_CORE_READ_INTO(&event.local, sk, skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&event.remote, sk, skc_v6_daddr);
	} else {
		put_ipv4(event.local, sk->skc_rcv_saddr);
		put_ipv4(event.remote, sk->skc_daddr);
	}
	if (!as_text)
		err = bpf_seq_write(meta->seq, &event, sizeof(event));
	else if (sk->skc_family == AF_INET6)
		err = BPF_SEQ_PRINTF(meta->seq, "%-16s %-7u [%pI6]:%u [%pI6]:%u\n",
				     state_names[event.state & 15], uid, event.local, local,
				     event.remote, remote);
	else
		err = BPF_SEQ_PRINTF(meta->seq, "%-16s %-7u %pI4:%u %pI4:%u\n",
				     state_names[event.state & 15], uid, event.local + 12, local,
				     event.remote + 12, remote);

	/* Last, since an object that finds no room comes a second time. */
	if (kill && !err && bpf_ksym_exists(bpf_sock_destroy) && bpf_sock_destroy(sk))
		not_killed++;
	return 0;
}

SEC("iter/tcp")
int on_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;

	return sk ? show_socket(ctx->meta, sk, ctx->uid, TCP) : 0;
}

SEC("iter/udp")
int on_udp(struct bpf_iter__udp *ctx)
{
	struct sock_common *sk = (struct sock_common *)ctx->udp_sk;

	return sk ? show_socket(ctx->meta, sk, ctx->uid, UDP) : 0;
}

/* ---- Cgroups ---- */

SEC("iter/cgroup")
int on_cgroup(struct bpf_iter__cgroup *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct cgroup *cgroup = ctx->cgroup, **ancestors, *ancestor;
	struct cgroup_event event = {};
	char name[CHUNK] = {};

	if (!cgroup)
		return 0;
	write_header(ctx->meta, "ID         LEVEL BELOW DYING PATH\n");
	event.id = cgroup->kn->id;
	event.level = cgroup->level;
	event.descendants = cgroup->nr_descendants;
	event.dying = cgroup->nr_dying_descendants;
	if (as_text)
		BPF_SEQ_PRINTF(seq, "%-10llu %-5u %-5u %-5u ", event.id, event.level,
			       event.descendants, event.dying);
	else
		bpf_seq_write(seq, &event, offsetof(struct cgroup_event, path));
	bpf_seq_write(seq, "/", event.level ? 0 : 1);

	/* From below the root down to the cgroup itself: the path, from its left end. */
	ancestors = (void *)__builtin_preserve_access_index(&cgroup->ancestors);
	for (__u32 i = 1; i <= MAX_LEVEL && i <= event.level; i++) {
		bpf_probe_read_kernel(&ancestor, sizeof(ancestor), ancestors + i);
		bpf_seq_write(seq, "/", 1);
		write_kernel_string(seq, BPF_CORE_READ(ancestor, kn, name), name, sizeof(name));
	}
	write_end(seq);
	return 0;
}

/* ---- Elements of a map ---- */

/* The sizes must be known when this is verified; that the map has them, when it is attached. */
SEC("iter/bpf_map_elem")
int on_element(struct bpf_iter__bpf_map_elem *ctx)
{
	void *key = ctx->key, *value = ctx->value;

	if (key && value) {
		bpf_seq_write(ctx->meta->seq, key, key_size);
		bpf_seq_write(ctx->meta->seq, value, value_size);
	}
	return 0;
}
