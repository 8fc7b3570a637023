// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Report how long each TCP connection took to be established, or to fail, from the beginning
 * (fentry) and the end (fexit) of the kernel's functions for it.
 *
 * They know the kernel's types (BTF), so pointers are followed as in C; fexit has the arguments
 * and the result; the "trampoline" that calls them misses no call, and costs less than a kprobe.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "example.bpf.h"
#include "macros.bpf.h"
#include "connlat.h"
#include "sockets.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

/* Set by the loader before it loads; what they rule out is not in the program that runs. */
const volatile __u32 wanted_pid; /* 0: all */
const volatile __u64 min_latency_ns;
const volatile bool only_failed, use_sk_storage, follow_syscalls;

/* A connection that is under way. Its end comes with a packet, in any process. */
struct attempt {
	__u64 begin_ns;
	__u64 pid_tgid;
	__u32 uid;
	__u32 nonblocking;
	char comm[COMM_SIZE];
};

/* On the socket itself: no key to compute, no limit, and it goes with the socket. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* the only way there is, but it must be said */
	__type(key, int);
	__type(value, struct attempt);
} attempts SEC(".maps");

/* Linux 5.10 does not let fentry use socket storage: there by the socket's address. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u64);
	__type(value, struct attempt);
} attempts_by_address SEC(".maps");

/* On the thread (see 04-tp-btf): when it called connect(), in ns since boot; 0 once TCP has it. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024); /* bytes: some 2,500 events */
} events SEC(".maps");

__u64 under_way;   /* attempts without an outcome, for the last line */
bool all_attached; /* until then, ends could be missed */

/* The attempt to connect @sk: a new one, if @new is not NULL. */
static __always_inline struct attempt *attempt_of(struct sock *sk, struct attempt *new)
{
	__u64 address = (__u64)sk;

	if (use_sk_storage)
		return bpf_sk_storage_get(&attempts, sk, new, new ? BPF_SK_STORAGE_GET_F_CREATE : 0);
	if (new)
		bpf_map_update_elem(&attempts_by_address, &address, new, BPF_ANY);
	return bpf_map_lookup_elem(&attempts_by_address, &address);
}

/* @sk and @to, of which one may be NULL, say where from and where to. */
static __always_inline void send_event(const struct attempt *attempt, enum outcome outcome, int error,
				       struct sock *sk, const struct sockaddr_in6 *to)
{
	__u64 latency_ns = bpf_ktime_get_ns() - attempt->begin_ns;
	struct event *event;

	if (latency_ns < min_latency_ns || (only_failed && outcome == ESTABLISHED))
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count_dropped();
		return;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->time_ns = attempt->begin_ns;
	event->latency_ns = latency_ns;
	event->pid = attempt->pid_tgid >> 32;
	event->tid = attempt->pid_tgid;
	event->uid = attempt->uid;
	event->error = error;
	event->outcome = outcome;
	event->nonblocking = attempt->nonblocking;
	__builtin_memcpy(event->comm, attempt->comm, sizeof(event->comm));
	if (sk)
		put_ends(event, sk);
	if (to)
		put_destination(event, to);
	bpf_ringbuf_submit(event, submit_flags(&events, sizeof(*event)));
}

/* The attempt to connect @sk has come to its end. */
static __always_inline int end(struct sock *sk, enum outcome outcome, int error,
			       const struct sockaddr_in6 *to)
{
	struct attempt *attempt = attempt_of(sk, NULL);

	if (!attempt)
		return 0; /* not wanted, begun before we were attached, or reported already */
	send_event(attempt, outcome, error, sk, to);
	if (use_sk_storage)
		bpf_sk_storage_delete(&attempts, sk);
	else
		bpf_map_delete_elem(&attempts_by_address, &(__u64){ (__u64)sk });
	__sync_fetch_and_add(&under_way, -1);
	return 0;
}

static __always_inline void describe_caller(struct attempt *attempt)
{
	attempt->pid_tgid = bpf_get_current_pid_tgid();
	attempt->uid = bpf_get_current_uid_gid();
	put_comm(attempt->comm);
	attempt->begin_ns = bpf_ktime_get_ns();
}

static __always_inline bool is_wanted(void)
{
	return all_attached && (!wanted_pid || wanted_pid == bpf_get_current_pid_tgid() >> 32);
}

static __always_inline int begin(struct sock *sk)
{
	struct attempt attempt = {};
	__u64 *call;

	if (follow_syscalls) {
		call = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), NULL, 0);
		if (call)
			*call = 0;
	}
	if (!is_wanted() || attempt_of(sk, NULL)) /* IPv6 sockets may come to both functions */
		return 0;
	describe_caller(&attempt);
	attempt.nonblocking = !!(sk->sk_socket->file->f_flags & O_NONBLOCK); /* 0 through NULL */
	if (attempt_of(sk, &attempt))
		__sync_fetch_and_add(&under_way, 1);
	else
		count_dropped();
	return 0;
}

/* Nothing was sent. Only the argument says where to: the socket has forgotten it. */
static __always_inline int begin_failed(struct sock *sk, const void *uaddr, int ret)
{
	struct sockaddr_in6 address = {};

	bpf_probe_read_kernel(&address, sizeof(address), uaddr);
	return end(sk, FAILED, -ret, &address);
}

/* TCP's part of connect(): find a route, take a port, send the first packet. BPF_PROG() makes
 * variables of the context, an array of 64-bit values: the arguments, for fexit then the result. */
SEC("fentry/tcp_v4_connect")
int BPF_PROG(on_connect, struct sock *sk)
{
	return begin(sk);
}

SEC("fexit/tcp_v4_connect")
int BPF_PROG(on_connect_exit, struct sock *sk, void *uaddr, int addr_len, int ret)
{
	return ret ? begin_failed(sk, uaddr, ret) : 0;
}

SEC("fentry/tcp_v6_connect")
int BPF_PROG(on_connect6, struct sock *sk)
{
	return begin(sk);
}

SEC("fexit/tcp_v6_connect")
int BPF_PROG(on_connect6_exit, struct sock *sk, void *uaddr, int addr_len, int ret)
{
	return ret ? begin_failed(sk, uaddr, ret) : 0;
}

/* Established; connections that are accepted come here too, but have no attempt. */
SEC("fentry/tcp_set_state")
int BPF_PROG(on_state, struct sock *sk, int state)
{
	return state == TCP_ESTABLISHED ? end(sk, ESTABLISHED, 0, NULL) : 0;
}

/* Refused, timed out, unreachable: the error is set. */
SEC("fentry/tcp_done")
int BPF_PROG(on_done, struct sock *sk)
{
	return end(sk, FAILED, sk->sk_err, NULL);
}

/* The program gives the attempt up, by shutdown() or connect(AF_UNSPEC), and may try another one. */
SEC("fentry/tcp_disconnect")
int BPF_PROG(on_disconnect, struct sock *sk)
{
	return end(sk, GIVEN_UP, 0, NULL);
}

/* The program closes the socket, maybe before there was an answer. */
SEC("fentry/tcp_close")
int BPF_PROG(on_close, struct sock *sk)
{
	return end(sk, GIVEN_UP, 0, NULL);
}

/*
 * The system call, for what fails before TCP. The address is in the program's memory, where a page
 * may have to be fetched from disk. Sleepable programs (".s") can wait for that, on functions that
 * the kernel has on a list: system calls since 7.2. The loader says which function, as the name
 * depends on the architecture. @regs are the registers of the caller, with the arguments.
 */
SEC("fentry.s")
int BPF_PROG(on_call)
{
	__u64 *call;

	if (!is_wanted())
		return 0;
	call = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), NULL,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (call)
		*call = bpf_ktime_get_ns();
	else
		count_dropped();
	return 0;
}

/* Nearly all calls leave at the first line: the rest is for those that fail. */
SEC("fexit.s")
int BPF_PROG(on_call_exit, const struct pt_regs *regs, long ret)
{
	struct sockaddr_in6 address;
	struct attempt attempt = {};
	bool unreadable;
	__u64 *call;
	void *uaddr;

	/* EALREADY and EISCONN are about an attempt that was made before. */
	if (ret >= 0 || ret == -EALREADY || ret == -EISCONN || !is_wanted())
		return 0;
	call = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), NULL, 0);
	if (!call || !*call || !is_tcp(PT_REGS_PARM1_CORE_SYSCALL(regs)))
		return 0; /* TCP has it, or had it; or it is none of ours */
	describe_caller(&attempt);
	attempt.begin_ns = *call;
	*call = 0;
	/* The longer address, or the shorter; what cannot be read is zeros. */
	uaddr = (void *)PT_REGS_PARM2_CORE_SYSCALL(regs);
	unreadable = bpf_copy_from_user(&address, sizeof(address), uaddr) &&
		     bpf_copy_from_user(&address, sizeof(struct sockaddr_in), uaddr);
	if (unreadable || address.sin6_family == AF_INET || address.sin6_family == AF_INET6)
		send_event(&attempt, NOT_TRIED, -ret, NULL, &address);
	return 0;
}
