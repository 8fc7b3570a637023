// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Report every call that makes a file safe on its disk, and how long it took, from probes at the
 * beginning (kprobe) and the return (kretprobe) of the kernel's functions for it.
 *
 * A kprobe can be put on almost any function of the kernel. That is its strength, and its
 * weakness: functions are no ABI. The next kernel may rename one or change its arguments, and
 * the next compiler may inline it: then the probe attaches, and sees nothing of those calls.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "example.bpf.h"
#include "file.bpf.h"
#include "fsyncsnoop.h"

/* The kernel lends helpers such as bpf_probe_read_kernel() to programs under the GPL only. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

#define TO_THE_END 0x7fffffffffffffffLL /* LLONG_MAX: the kernel's last byte of a whole file */

/* Constants for the verifier: the loader sets them before it loads, and the tests for what
 * nobody asked for are not even in the program that runs. */
const volatile __u32 wanted_pid; /* 0: all */
const volatile __u64 min_latency_ns;

/* A variable that both sides can write at any time. Probes are attached one after the other: until
 * the last one is, calls would be followed whose return nobody sees. */
bool all_attached;

/* The calls that are under way: what the return needs, and only the entry knows. */
struct call {
	__u64 begin_ns;
	const struct file *file;
	loff_t first_byte;
	loff_t last_byte;
	__u32 data_only; /* both have a whole word, as a map's values may have no unset bytes */
	__u32 is_syscall;
};

/* By thread, since a thread is in one such call at a time. (On overlayfs msync() is in two: the
 * inner one, on the file below, takes the outer one's place.) */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, struct call);
} calls SEC(".maps");

/* Calls that we never saw return: the kernel follows only so many at one time (10, or two for each
 * CPU if that is more; in 5.10 one for each CPU), and tells nobody of the others. */
__u64 lost_returns;

/* Room to put an event together, for each CPU: BPF's stack has only 512 bytes. */
struct scratch {
	const unsigned char *names[MAX_STEPS]; /* of the path, the file's own first */
	volatile __u32 length;
	struct event event;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* What goes to the loader: one buffer for all CPUs, in the order of submission. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024); /* bytes: some 9,000 events */
} events SEC(".maps");

/*
 * Write the path of @file into scratch->event; return its length in bytes without the NUL.
 *
 * The kernel has no path, only a chain of names: each struct dentry ("directory entry") points
 * to the one of its directory, and where a file system ends, struct mount tells what it is
 * mounted on. A pointer into the kernel cannot just be followed, as it may have become invalid:
 * BPF_CORE_READ() reads through it safely (0 if it is bad), and has the offset of each field
 * corrected for the running kernel when the program is loaded.
 */
static __always_inline __u32 read_path(struct scratch *scratch, const struct file *file)
{
	struct path location = BPF_CORE_READ(file, f_path);
	struct dentry *dentry = location.dentry, *parent, *root;
	struct mount *mount, *below;
	char *path = scratch->event.path;
	__u32 length;
	long size;

	/* container_of(), but with the offset of this kernel instead of vmlinux.h's. */
	mount = (void *)location.mnt - bpf_core_field_offset(struct mount, mnt);
	root = BPF_CORE_READ(mount, mnt.mnt_root);

	/* Up from the file, a step at a time. (The verifier must see that every loop ends.) */
	__builtin_memset(scratch->names, 0, sizeof(scratch->names));
	scratch->event.path_state = PATH_CUT;
	for (int i = 0; i < MAX_STEPS; i++) {
		if (dentry != root) {
			parent = BPF_CORE_READ(dentry, d_parent);
			if (parent != dentry) {
				scratch->names[i] = BPF_CORE_READ(dentry, d_name.name);
				dentry = parent;
				continue;
			}
		}
		/* The top of a file system; is it mounted on a directory of another? */
		below = BPF_CORE_READ(mount, mnt_parent);
		if (below == mount) {
			scratch->event.path_state = PATH_WHOLE;
			break;
		}
		dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		mount = below;
		root = BPF_CORE_READ(mount, mnt.mnt_root);
	}

	/*
	 * And down again, this time with the text. Its length is kept in memory, which the
	 * verifier takes for unknown: it would follow a variable through all lengths that 24
	 * names can have together, 800,000 instructions of the million that it allows.
	 */
	scratch->length = 0;
	for (int i = MAX_STEPS - 1; i >= 0; i--) {
		if (!scratch->names[i])
			continue; /* a mount, or above the top */
		length = scratch->length;
		if (length > PATH_SIZE - 1 - NAME_SIZE)
			break; /* never, but see above */
		path[length++] = '/';
		size = bpf_probe_read_kernel_str(path + length, NAME_SIZE, scratch->names[i]);
		scratch->length = size > 0 ? length + size - 1 : length;
	}

	/* A file in no directory: "/" itself, a memfd, a pipe (whose name is empty) ... */
	if (!scratch->length) {
		size = bpf_probe_read_kernel_str(path, NAME_SIZE,
						 BPF_CORE_READ(dentry, d_name.name));
		scratch->length = size > 0 ? size - 1 : 0;
	}
	return scratch->length;
}

static __always_inline bool is_wanted(void)
{
	return all_attached && (!wanted_pid || wanted_pid == bpf_get_current_pid_tgid() >> 32);
}

static __always_inline int enter(const struct file *file, loff_t start, loff_t end, bool data_only,
				 bool is_syscall)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct call *outer, call = {
		.file = file,
		.first_byte = start,
		.last_byte = end,
		.data_only = data_only,
		.is_syscall = is_syscall,
	};

	outer = bpf_map_lookup_elem(&calls, &tid);
	if (outer && outer->is_syscall) {
		if (!is_syscall)
			return 0;			/* fsync() has come to vfs_fsync_range(): it is one call */
		__sync_fetch_and_add(&lost_returns, 1); /* of the thread's last call */
	}
	call.begin_ns = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&calls, &tid, &call, BPF_ANY))
		count_dropped();
	return 0;
}

static __always_inline int leave(int ret, bool is_syscall)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid(), latency_ns, size;
	__u32 tid = pid_tgid, zero = 0;
	struct scratch *scratch;
	struct event *event;
	struct call *call;

	call = bpf_map_lookup_elem(&calls, &tid);
	if (!call || call->is_syscall != is_syscall)
		return 0; /* not wanted, begun before we were attached, or not yet at its end */
	latency_ns = bpf_ktime_get_ns() - call->begin_ns;
	if (latency_ns < min_latency_ns)
		goto out;
	scratch = bpf_map_lookup_elem(&scratches, &zero);
	if (!scratch)
		goto out; /* cannot be, but the verifier does not know */

	event = &scratch->event;
	event->time_ns = call->begin_ns;
	event->latency_ns = latency_ns;
	event->first_byte = call->first_byte;
	event->last_byte = call->last_byte;
	event->pid = pid_tgid >> 32;
	event->tid = tid;
	event->error = -ret;
	event->whole_file = !call->first_byte && call->last_byte == TO_THE_END;
	event->data_only = call->data_only;
	event->__pad = 0;
	put_comm(event->comm);

	size = offsetof(struct event, path) + read_path(scratch, call->file);
	if (size > sizeof(*event))
		size = sizeof(*event); /* never, but again the verifier does not know */
	if (bpf_ringbuf_output(&events, event, size, output_flags(&events, size)))
		count_dropped();
out:
	bpf_map_delete_elem(&calls, &tid);
	return 0;
}

/*
 * The function that msync(), writes with O_SYNC and many others call. A kprobe's context is the
 * registers of the CPU (struct pt_regs) at the function's first instruction; BPF_KPROBE() knows
 * which of them hold arguments on which architecture, and makes variables of them. Nobody checks
 * that the arguments declared here are those of the running kernel's function.
 */
SEC("kprobe/vfs_fsync_range")
int BPF_KPROBE(on_fsync_range, struct file *file, loff_t start, loff_t end, int datasync)
{
	return is_wanted() ? enter(file, start, end, datasync, false) : 0;
}

/* At the return only the result can be had: the registers of the arguments have been reused. */
SEC("kretprobe/vfs_fsync_range")
int BPF_KRETPROBE(on_fsync_range_return, int ret)
{
	return leave(ret, false);
}

/*
 * fsync() and fdatasync() call vfs_fsync_range() in the source. In Debian's 5.10 and 6.1 the
 * compiler has inlined it into fdatasync(), in its 7.2 into both. What a system call begins with
 * cannot be inlined, but its name depends on the architecture (__x64_sys_fsync, __arm64_sys_fsync)
 * and its arguments are packed. These kinds of kprobe take care of both.
 */
SEC("ksyscall/fsync")
int BPF_KSYSCALL(on_fsync, unsigned int fd)
{
	return is_wanted() ? enter(file_of(fd), 0, TO_THE_END, false, true) : 0;
}

SEC("kretsyscall/fsync")
int BPF_KRETPROBE(on_fsync_return, int ret)
{
	return leave(ret, true);
}

SEC("ksyscall/fdatasync")
int BPF_KSYSCALL(on_fdatasync, unsigned int fd)
{
	return is_wanted() ? enter(file_of(fd), 0, TO_THE_END, true, true) : 0;
}

SEC("kretsyscall/fdatasync")
int BPF_KRETPROBE(on_fdatasync_return, int ret)
{
	return leave(ret, true);
}
