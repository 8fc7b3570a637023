// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Report each time that a program comes by one of its USDT probes (user-level statically defined
 * tracing), with the probe's arguments.
 *
 * Such a probe is a place that the program's author has marked for us: a nop instruction, and a
 * note in the ELF file that says at which address it is, what it is called, and in which registers
 * or memory its arguments are. It stays where it is when functions are renamed or inlined. libbpf
 * reads the note and puts a uprobe on the nop; usdt.bpf.h fetches the arguments.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h> /* must be that of the very libbpf that is linked */
#include "example.bpf.h"
#include "usdtsnoop.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);
DESCRIBE(usdt_probe);

/* Constants for the verifier: the loader sets them before it loads. */
const volatile __u32 wanted_pid; /* 0: all */
const volatile __u32 text_args;	 /* bit n is set: argument n points to a string */

/*
 * usdt.bpf.h brings two maps of its own, which libbpf fills in when it attaches. One is an ARRAY:
 * how to fetch the arguments, for each way in which a probe's note puts it. Which of them a program
 * needs it is told by its cookie; or, on kernels that have none (before 5.15), by a HASH from the
 * address of the nop.
 */

/* Where an event is put together: it is larger than the 512 bytes of BPF's stack. */
struct scratch {
	struct event event;
	__u32 in_use;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024); /* bytes: 3,400 events with two arguments */
} events SEC(".maps");

static __always_inline void read_arg(struct pt_regs *ctx, __u32 i, struct arg *arg)
{
	long value = 0, len;

	__builtin_memset(arg, 0, sizeof(*arg)); /* or a text would be followed by the end of an older one */
	arg->kind = bpf_usdt_arg(ctx, i, &value) ? UNREADABLE : NUMBER;
	arg->value = value;
	if (arg->kind == UNREADABLE || !(text_args & (1 << i)))
		return;
	len = bpf_probe_read_user_str(arg->text, sizeof(arg->text), (const void *)value);
	arg->kind = len < 0 ? NO_TEXT : len < TEXT_SIZE ? TEXT :
							  TEXT_CUT;
}

/*
 * Have the strings in memory: a page of a file that nobody has read yet, or that was swapped out,
 * is on disk. Only a sleepable program may wait for it. To touch the first and the last byte that
 * may be read brings in both pages that a string can be on.
 */
static __always_inline void page_in(struct pt_regs *ctx)
{
	long value;
	char byte;

	for (__u32 i = 0; i < MAX_ARGS; i++) {
		if (!(text_args & (1 << i)) || bpf_usdt_arg(ctx, i, &value))
			continue;
		if (!bpf_copy_from_user(&byte, 1, (const void *)value))
			bpf_copy_from_user(&byte, 1, (const void *)(value + TEXT_SIZE - 1));
	}
}

static __always_inline int report(struct pt_regs *ctx, bool may_sleep)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid(), size;
	struct scratch *scratch;
	struct event *event;
	__u32 zero = 0;
	int args;

	if (wanted_pid && wanted_pid != pid_tgid >> 32)
		return 0;
	if (may_sleep)
		page_in(ctx);
	scratch = bpf_map_lookup_elem(&scratches, &zero);
	if (!scratch)
		return 0; /* cannot be, but the verifier does not know */

	/* A uprobe's program may lose the CPU in its middle, to a thread that comes by here too. */
	if (scratch->in_use) {
		count_dropped();
		return 0;
	}
	scratch->in_use = 1;
	barrier();

	event = &scratch->event;
	event->time_ns = bpf_ktime_get_ns();
	event->pid = pid_tgid >> 32;
	event->tid = pid_tgid;
	event->probe = bpf_usdt_cookie(ctx);
	event->__pad = 0;
	put_comm(event->comm);

	args = bpf_usdt_arg_cnt(ctx);
	if (args < 0 || args > MAX_ARGS)
		args = 0; /* never, but again the verifier does not know */
	for (__u32 i = 0; i < MAX_ARGS && i < args; i++)
		read_arg(ctx, i, &event->args[i]);

	size = offsetof(struct event, args) + args * sizeof(struct arg);
	if (size > sizeof(*event))
		size = sizeof(*event); /* never, but the older verifiers have forgotten that */
	if (bpf_ringbuf_output(&events, event, size, output_flags(&events, size)))
		count_dropped();
	barrier();
	scratch->in_use = 0;
	return 0;
}

/*
 * One program for all probes; the cookie that it was attached with tells which it is. (Where probe
 * and arguments are known, SEC("usdt/FILE:PROVIDER:NAME") and BPF_USDT(name, long a, char *b) do
 * all of this.)
 */
SEC("usdt")
int on_probe(struct pt_regs *ctx)
{
	return report(ctx, false);
}

/* The same for kernels (6.0) where such programs may sleep; the loader picks one of them. */
SEC("usdt.s")
int on_probe_sleepable(struct pt_regs *ctx)
{
	return report(ctx, true);
}
