// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Each program makes CALLS calls of one helper, or of two that belong together, and takes the time. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "helpers.h"

char LICENSE[] SEC("license") = "GPL";

__u64 took_ns;
char path[] = "/etc/ld.so.cache/20";

struct value {
	char bytes[32];
};

#define MAP(name, map_type)                  \
	struct {                             \
		__uint(type, map_type);      \
		__uint(max_entries, 10240);  \
		__type(key, __u32);          \
		__type(value, struct value); \
	} name SEC(".maps")

MAP(hash, BPF_MAP_TYPE_HASH);
MAP(lru, BPF_MAP_TYPE_LRU_HASH);
MAP(percpu, BPF_MAP_TYPE_PERCPU_HASH);

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct value);
} storage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} ring SEC(".maps");

struct lpm_key {
	__u32 bits;
	__u32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lpm_key);
	__type(value, struct value);
} trie SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 1024);
	__uint(key_size, 4);
	__uint(value_size, 127 * 8);
} stacks SEC(".maps");

#define USED (void)value, (void)lpm, (void)key /* or not, by each */

#define MEASURE(name, before, call) \
	MEASURE_IN(name, "raw_tp", struct bpf_raw_tracepoint_args, before, call)

#define MEASURE_IN(name, section, context, before, call)  \
	SEC(section)                                      \
	int name(context *ctx)                            \
	{                                                 \
		struct value value = {};                  \
		struct lpm_key lpm = { 32, 1 };           \
		__u64 begin;                              \
		__u32 key = 1;                            \
                                                          \
		USED;                                     \
                                                          \
		before;                                   \
		begin = bpf_ktime_get_ns();               \
		for (int i = 0; i < CALLS; i++) {         \
			call;                             \
			asm volatile("" ::                \
					     : "memory"); \
		}                                         \
		took_ns = bpf_ktime_get_ns() - begin;     \
		return 0;                                 \
	}

MEASURE(loop, , )
MEASURE(ktime, , bpf_ktime_get_ns())
MEASURE(pid_tgid, , bpf_get_current_pid_tgid())
MEASURE(uid_gid, , bpf_get_current_uid_gid())
MEASURE(comm, , bpf_get_current_comm(value.bytes, 16))
MEASURE(read_kernel, , bpf_probe_read_kernel(value.bytes, 8, ctx))
MEASURE(read_kernel_str, , bpf_probe_read_kernel_str(value.bytes, sizeof(value), path))
/* There is no user memory that must be there: the argument pages of whoever runs this. */
MEASURE(read_user_str, __u64 user = BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), mm, arg_start),
	bpf_probe_read_user_str(value.bytes, sizeof(value), (void *)user))
MEASURE(hash_lookup, bpf_map_update_elem(&hash, &key, &value, BPF_ANY),
	bpf_map_lookup_elem(&hash, &key))
MEASURE(hash_insert_delete, bpf_map_delete_elem(&hash, &key),
	(bpf_map_update_elem(&hash, &key, &value, BPF_ANY), bpf_map_delete_elem(&hash, &key)))
MEASURE(lru_lookup, bpf_map_update_elem(&lru, &key, &value, BPF_ANY),
	bpf_map_lookup_elem(&lru, &key))
MEASURE(lru_insert_delete, bpf_map_delete_elem(&lru, &key),
	(bpf_map_update_elem(&lru, &key, &value, BPF_ANY), bpf_map_delete_elem(&lru, &key)))
MEASURE(percpu_lookup, bpf_map_update_elem(&percpu, &key, &value, BPF_ANY),
	bpf_map_lookup_elem(&percpu, &key))
MEASURE(lpm_lookup, bpf_map_update_elem(&trie, &lpm, &value, BPF_ANY),
	bpf_map_lookup_elem(&trie, &lpm))
MEASURE(task_storage, ,
	bpf_task_storage_get(&storage, bpf_get_current_task_btf(), NULL, BPF_LOCAL_STORAGE_GET_F_CREATE))
MEASURE(user_stack, , bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK))
/* A record is 64 bytes, and nobody is woken. */
MEASURE(ringbuf, ,
	bpf_ringbuf_output(&ring, &(struct record){}, sizeof(struct record), BPF_RB_NO_WAKEUP))

#define MEASURE_TC(name, call) MEASURE_IN(name, "tc", struct __sk_buff, , call)
MEASURE_TC(cgroup_id, bpf_skb_cgroup_id(ctx))
MEASURE_TC(skb_load_bytes, bpf_skb_load_bytes(ctx, 26, value.bytes, 8))
MEASURE_TC(skb_store_bytes, bpf_skb_store_bytes(ctx, 34, value.bytes, 2, 0))
MEASURE_TC(csum_replace, bpf_l4_csum_replace(ctx, 50, 1, 2, 2))
