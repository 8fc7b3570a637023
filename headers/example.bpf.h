/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What every BPF program here shares. Include it after vmlinux.h and bpf_helpers.h, and
 * before the example's own header.
 */
#ifndef EXAMPLE_BPF_H
#define EXAMPLE_BPF_H

#include <bpf/bpf_endian.h>
#include "event.h"

/*
 * DESCRIBE(event): keep struct event in the object's BTF, where common/json.c finds it.
 * clang describes only the types that a global, a map or a function mentions; a record
 * that is filled in through the pointer of bpf_ringbuf_reserve() is mentioned by none.
 */
#define DESCRIBE(name) const struct name *describe_##name __attribute__((unused))

/*
 * What found no room, and is reported when the tool ends: nothing is lost silently. The
 * loader reads it as skel->bss->dropped. (Each object has its own; the counter is shared by
 * all CPUs, which only costs when there is something to count. Kernels before 5.12 refuse
 * the atomics that return a value, so nobody uses this one's.)
 */
__u64 dropped;

static __always_inline void count_dropped(void)
{
	__sync_fetch_and_add(&dropped, 1);
}

/*
 * Fill a record of @size bytes, at most 8192, with zeros: bpf_ringbuf_reserve() hands out memory that
 * older records were in, and what an event does not write would be theirs. (Of some hundred bytes,
 * __builtin_memset() does the same; of more, the compiler makes no code.)
 */
static __always_inline void clear_record(void *record, __u32 size)
{
	static const char zeros[8192];

	bpf_probe_read_kernel(record, size, zeros);
}

/*
 * Put the name of the current task into @comm, which has 16 bytes. bpf_get_current_comm() alone
 * leaves there, on Linux 6.1, what was behind the NUL: the end of the name of an earlier task.
 */
static __always_inline void put_comm(char *comm)
{
	__builtin_memset(comm, 0, 16);
	bpf_get_current_comm(comm, 16);
}

/*
 * Wake the reader for a good batch, not for every record: a wake-up costs 9 to 20 us, the
 * record itself below 1. These are the flags that do so, for a record of @size bytes:
 *
 *     bpf_ringbuf_submit(event, submit_flags(&events, sizeof(*event)));
 *     bpf_ringbuf_output(&events, event, size, output_flags(&events, size));
 *
 * They wake when the data that waits crosses a multiple of WAKEUP_BYTES: once a batch, and
 * again a batch later if the reader did not come. The reader also looks every 100 ms by
 * itself (common/poll.c), so a lone record is not late, and a crossing that two CPUs make
 * together and neither sees is only delayed.
 */
#define WAKEUP_BYTES (32 * 1024) /* a power of two, and a small part of the buffer */

static __always_inline __u64 flags_at(__u64 waiting, __u64 size)
{
	return (waiting & (WAKEUP_BYTES - 1)) < size ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* A reserved record is among the data that waits already, and one still to be output is not.
 * Each takes 8 bytes for its header and is rounded up to 8. */
static __always_inline __u64 submit_flags(void *ringbuf, __u64 size)
{
	return flags_at(bpf_ringbuf_query(ringbuf, BPF_RB_AVAIL_DATA), (size + 15) & ~7ULL);
}

static __always_inline __u64 output_flags(void *ringbuf, __u64 size)
{
	size = (size + 15) & ~7ULL;
	return flags_at(bpf_ringbuf_query(ringbuf, BPF_RB_AVAIL_DATA) + size, size);
}

/*
 * The value of @key in @map. A key that is not there is added first, with a copy of @init as its
 * value. NULL if the map is full.
 */
static __always_inline void *lookup_or_init(void *map, const void *key, const void *init)
{
	void *value = bpf_map_lookup_elem(map, key);

	if (value)
		return value;
	/* This fails with -EEXIST if another CPU was faster; its element is as good. */
	bpf_map_update_elem(map, key, init, BPF_NOEXIST);
	return bpf_map_lookup_elem(map, key);
}

/* Write @ipv4 to @ip, which must be aligned to 4 bytes, as ::ffff:a.b.c.d. */
static __always_inline void put_ipv4(ip_address ip, __be32 ipv4)
{
	__u32 *words = (__u32 *)ip;

	words[0] = 0;
	words[1] = 0;
	words[2] = bpf_htonl(0xffff);
	words[3] = ipv4;
}

#endif
