// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Report every file that a process opens, or fails to open, from the tracepoints at the
 * entry and the exit of the system calls open, openat and openat2.
 *
 * Tracepoints are the kernel's stable probe points: they are in the source by name, their
 * fields are described in /sys/kernel/tracing/events/, and programs written against them
 * keep working on the next kernel, which kprobes do not promise. They do not see 32-bit
 * programs on a 64-bit kernel: system call tracepoints leave those out.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "example.bpf.h"
#include "opensnoop.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

#define ANY ((__u32)-1)

/* Constants for the verifier: the loader sets them before it loads, and the tests for what
 * nobody asked for are not even in the program that runs. */
const volatile __u32 wanted_pid = ANY;
const volatile __u32 wanted_uid = ANY;
const volatile char wanted_comm[COMM_SIZE];
const volatile bool only_failed;
const volatile bool only_in_cgroup;

/* The cgroup of -c, as a file descriptor that the loader puts in. */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cgroups SEC(".maps");

#define START_SIZE 128

/* The arguments of the calls that are under way, since the exit has only the result. */
struct call {
	const char *path;
	const struct open_how *how; /* openat2's flags are still to be read from here, or NULL */
	__u32 flags;
	__s32 size;		/* of start, with its NUL; negative: it could not be read yet */
	char start[START_SIZE]; /* of the path, as it was at the entry */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240); /* threads that are inside such a call at one time */
	__type(key, __u32);
	__type(value, struct call);
} calls SEC(".maps");

/* Where an event is put together: it is far larger than the 512 bytes of BPF's stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024); /* bytes: some 10,000 events */
} events SEC(".maps");

/* Does the name of this task contain wanted_comm? */
static __always_inline bool comm_is_wanted(void)
{
	char comm[COMM_SIZE];

	bpf_get_current_comm(comm, sizeof(comm));
	for (int start = 0; start < COMM_SIZE; start++) {
		int i;

		for (i = 0; start + i < COMM_SIZE && wanted_comm[i]; i++)
			if (comm[start + i] != wanted_comm[i])
				break;
		if (i < COMM_SIZE && !wanted_comm[i])
			return true;
	}
	return false;
}

static __always_inline bool is_wanted(void)
{
	if (wanted_pid != ANY && wanted_pid != bpf_get_current_pid_tgid() >> 32)
		return false;
	if (wanted_uid != ANY && wanted_uid != (__u32)bpf_get_current_uid_gid())
		return false;
	if (wanted_comm[0] && !comm_is_wanted())
		return false;
	if (only_in_cgroup && bpf_current_task_under_cgroup(&cgroups, 0) != 1)
		return false;
	return true;
}

static __always_inline int enter(const char *path, __u32 flags, const struct open_how *how)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct call call = { .path = path, .how = how, .flags = flags };
	__u64 how_flags;

	if (!is_wanted())
		return 0;
	/*
	 * Read what the program has written before it can write something else there. But a probe may not
	 * wait for a page that is still on disk: that is read at the exit, when the kernel has read it.
	 */
	call.size = bpf_probe_read_user_str(call.start, sizeof(call.start), path);
	if (how && !bpf_probe_read_user(&how_flags, sizeof(how_flags), &how->flags)) {
		call.flags = how_flags;
		call.how = NULL;
	}
	if (bpf_map_update_elem(&calls, &tid, &call, BPF_ANY))
		count_dropped();
	return 0;
}

/*
 * Put the path of @call into @event, and return its size, with the NUL; negative if it cannot be read. One that is
 * longer than what was read at the entry is read again, and must still begin as it did then.
 */
static __always_inline long put_path(struct event *event, const struct call *call)
{
	long size;

	if (call->size > 0 && call->size < START_SIZE) {
		bpf_probe_read_kernel(event->path, START_SIZE, call->start);
		event->path_state = PATH_WHOLE;
		return call->size;
	}
	size = bpf_probe_read_user_str(event->path, sizeof(event->path), call->path);
	event->path_state = size < 0 ? PATH_UNREADABLE : size < PATH_SIZE ? PATH_WHOLE :
									    PATH_TOO_LONG;
	for (int i = 0; call->size == START_SIZE && i < START_SIZE - 1; i++) {
		if (event->path[i] != call->start[i]) {
			bpf_probe_read_kernel(event->path, START_SIZE, call->start);
			event->path_state = PATH_CHANGED;
			return START_SIZE;
		}
	}
	return size;
}

static __always_inline int leave(long ret)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 tid = pid_tgid, zero = 0;
	struct event *event;
	struct call *call;
	__u64 flags;
	long len;

	call = bpf_map_lookup_elem(&calls, &tid);
	if (!call)
		return 0; /* not wanted, or already inside when we were attached */
	if (only_failed && ret >= 0)
		goto out;
	event = bpf_map_lookup_elem(&scratch, &zero);
	if (!event)
		goto out; /* cannot be, but the verifier does not know */

	event->time_ns = bpf_ktime_get_ns();
	event->pid = pid_tgid >> 32;
	event->tid = tid;
	event->uid = bpf_get_current_uid_gid();
	event->fd = ret < 0 ? -1 : ret;
	event->error = ret < 0 ? -ret : 0;
	event->flags = call->flags;
	if (call->how) {
		flags = 0;
		bpf_probe_read_user(&flags, sizeof(flags), &call->how->flags);
		event->flags = flags;
	}
	put_comm(event->comm);

	len = put_path(event, call);
	if (len < 0) {
		event->path[0] = 0;
		len = 1;
	}
	if (len > PATH_SIZE)
		len = PATH_SIZE; /* never; again for the verifier */

	len += offsetof(struct event, path);
	if (bpf_ringbuf_output(&events, event, len, output_flags(&events, len)))
		count_dropped();
out:
	bpf_map_delete_elem(&calls, &tid);
	return 0;
}

/*
 * "tracepoint/" and "tp/" are the same section with two spellings; libbpf takes both, and
 * you will meet both. Below, the entries have the long one and the exits the short one.
 *
 * A context struct follows the tracepoint's format file. All entries of system calls share
 * one, struct trace_event_raw_sys_enter, with the arguments in args[].
 */
SEC("tracepoint/syscalls/sys_enter_open")
int on_open(struct trace_event_raw_sys_enter *ctx)
{
	return enter((const char *)ctx->args[0], ctx->args[1], NULL);
}

SEC("tracepoint/syscalls/sys_enter_openat")
int on_openat(struct trace_event_raw_sys_enter *ctx)
{
	return enter((const char *)ctx->args[1], ctx->args[2], NULL);
}

SEC("tracepoint/syscalls/sys_enter_openat2")
int on_openat2(struct trace_event_raw_sys_enter *ctx)
{
	return enter((const char *)ctx->args[1], 0, (const struct open_how *)ctx->args[2]);
}

SEC("tp/syscalls/sys_exit_open")
int on_open_exit(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx->ret);
}

SEC("tp/syscalls/sys_exit_openat")
int on_openat_exit(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx->ret);
}

SEC("tp/syscalls/sys_exit_openat2")
int on_openat2_exit(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx->ret);
}
