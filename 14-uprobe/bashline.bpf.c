// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Report every line that is typed into bash, with its prompt, from probes at the entry (uprobe)
 * and the return (uretprobe) of a function of bash itself: char *readline(const char *prompt).
 *
 * A uprobe is a breakpoint in a file: in every process that has the file mapped, now or later,
 * the instruction at this offset traps into the kernel, which runs our program and goes on. So it
 * sees any function of any program, without that program's help, at the price of a trap.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "example.bpf.h"
#include "bashline.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

#define SHORT_LINE 256	/* bytes, with the NUL */
#define PAGE_SIZE  4096 /* the smallest there is; where pages are larger, one look is too many */

/* Set by the loader before it loads: which of the next two maps is used. */
const volatile bool use_task_storage;

/* What the entry knows and the return needs. */
struct call {
	__u64 begin_ns; /* 0: none is under way */
	const char *prompt;
};

/* The call that a thread is in, kept with the thread (see 04-tp-btf): it goes as that goes. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call);
} calls SEC(".maps");

/*
 * The same for kernels that let no uprobe program have that (it came with 5.12): by thread id. Not
 * all calls return: Ctrl-C leaves readline() by a longjmp, and who closes the terminal ends bash in
 * the middle of it. A plain HASH would fill up with those; this one makes room by itself, where
 * nobody has looked for longest.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, struct call);
} calls_by_tid SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024); /* bytes: 1846 short lines */
} events SEC(".maps");

/*
 * Have the @size bytes at @from in memory, as far as there are so many. Some of a process's memory
 * is on disk: swapped out, or part of a file and not read yet. An ordinary probe may not wait for
 * it; a sleepable one may, and bpf_copy_from_user() does. One byte brings in its whole page.
 */
static __always_inline void page_in(const char *from, __u32 size)
{
	char byte;

	for (__u32 i = 0; i < size + PAGE_SIZE - 1; i += PAGE_SIZE)
		if (bpf_copy_from_user(&byte, 1, from + (i < size ? i : size - 1)))
			return;
}

static __always_inline enum text_state read_text(char *to, __u32 size, const char *from)
{
	long len;

	to[0] = 0;
	if (!from)
		return TEXT_NONE;
	len = bpf_probe_read_user_str(to, size, from);
	return len < 0 ? TEXT_UNREADABLE : len < size ? TEXT_WHOLE :
							TEXT_CUT;
}

static __always_inline int enter(const char *prompt)
{
	struct call call = { .begin_ns = bpf_ktime_get_ns(), .prompt = prompt }, *own;
	__u32 tid = bpf_get_current_pid_tgid();

	if (use_task_storage) {
		own = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), NULL,
					   BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (own)
			*own = call;
		else
			count_dropped();
	} else if (bpf_map_update_elem(&calls_by_tid, &tid, &call, BPF_ANY)) {
		count_dropped();
	}
	return 0;
}

enum outcome {
	SETTLED,  /* sent, or dropped */
	TOO_LONG, /* the line, for the record */
	NOT_HERE, /* a string is not in memory, but can perhaps be had */
};

/*
 * Send the event, in a record with room for @room bytes of the line: a number that the verifier
 * must know. If that is TOO_LONG, or @can_wait and NOT_HERE, it sends nothing.
 */
static __always_inline enum outcome send(const struct call *call, const char *line, __u32 room,
					 bool can_wait)
{
	__u32 size = offsetof(struct event, line) + room;
	struct event *event;

	event = bpf_ringbuf_reserve(&events, size, 0);
	if (!event) {
		count_dropped();
		return SETTLED;
	}
	clear_record(event, size);
	event->line_state = read_text(event->line, room, line);
	if (event->line_state == TEXT_CUT && room < LINE_SIZE) {
		bpf_ringbuf_discard(event, BPF_RB_NO_WAKEUP);
		return TOO_LONG;
	}
	event->prompt_state = read_text(event->prompt, sizeof(event->prompt), call->prompt);
	if (can_wait && (event->line_state == TEXT_UNREADABLE ||
			 event->prompt_state == TEXT_UNREADABLE)) {
		bpf_ringbuf_discard(event, BPF_RB_NO_WAKEUP);
		return NOT_HERE;
	}
	event->time_ns = call->begin_ns;
	event->typing_ns = bpf_ktime_get_ns() - call->begin_ns;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, submit_flags(&events, size));
	return SETTLED;
}

static __always_inline int leave(const char *line, bool may_sleep)
{
	__u32 tid = bpf_get_current_pid_tgid();
	enum outcome outcome;
	struct call *call;

	if (use_task_storage)
		call = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), NULL, 0);
	else
		call = bpf_map_lookup_elem(&calls_by_tid, &tid);
	/* Both probes see a call or none does, as the entry's was there first; so it made room. */
	if (!call || !call->begin_ns) {
		count_dropped();
		return 0;
	}
	/* Most lines are short, with room for a long one in each record few would fit; and most
	 * strings are in memory, so first try without the wait. */
	outcome = send(call, line, SHORT_LINE, may_sleep);
	/* No record is reserved now: those after it would not be read until it is submitted. */
	if (outcome != SETTLED && may_sleep) {
		page_in(call->prompt, PROMPT_SIZE);
		page_in(line, LINE_SIZE);
	}
	if (outcome == NOT_HERE)
		outcome = send(call, line, SHORT_LINE, false);
	if (outcome == TOO_LONG)
		send(call, line, LINE_SIZE, false);
	if (use_task_storage)
		call->begin_ns = 0;
	else
		bpf_map_delete_elem(&calls_by_tid, &tid);
	return 0;
}

/*
 * The section says nothing of the file and the function: the loader finds them at run time. (Where
 * they are known, it can: SEC("uprobe//bin/bash:readline").) As with kprobes the context is the
 * CPU's registers, and nobody checks that the arguments declared here are those of the function.
 */
SEC("uprobe")
int BPF_UPROBE(on_readline, const char *prompt)
{
	return enter(prompt);
}

SEC("uretprobe")
int BPF_URETPROBE(on_readline_return, const char *line)
{
	return leave(line, false);
}

/* The same for kernels (6.0) where such programs may sleep; the loader picks one pair. */
SEC("uprobe.s")
int BPF_UPROBE(on_readline_sleepable, const char *prompt)
{
	return enter(prompt);
}

SEC("uretprobe.s")
int BPF_URETPROBE(on_readline_return_sleepable, const char *line)
{
	return leave(line, true);
}
