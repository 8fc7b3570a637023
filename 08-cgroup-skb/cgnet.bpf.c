// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Count what the sockets of a cgroup, and of those below it, send and receive; and let them
 * send to some destinations only.
 *
 * The programs run for each packet that leaves a socket of such a cgroup, before it is cut
 * into segments or fragments, and for each that is about to be put into one's receive queue,
 * after those have been put together again. Packets without a socket, as those that the
 * machine forwards, are not seen. A packet over loopback is seen twice: as sent and received.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "example.bpf.h"
#include "macros.bpf.h"
#include "cgnet.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

/* What a program of this type returns. Every program that is attached to the cgroup, or to one
 * above it, is run, whatever the others return; if one of them denies, the packet is gone. */
enum {
	DENY = 0,
	ALLOW = 1,
};

/* Is there an allow-list? */
const volatile bool only_allowed;

/*
 * The totals. This map has no elements that anybody adds: when a program that uses it is
 * attached to a cgroup, the kernel makes the element of that cgroup and that attach type, for
 * all programs there to share, and the program gets at it without a look-up.
 *
 * The kernel's headers call this map type deprecated: its element is that of the cgroup that the
 * program is attached to, never that of the packet's, and only cgroup programs can use it.
 * What replaces it, BPF_MAP_TYPE_CGRP_STORAGE (Linux 6.2), has an element for any cgroup.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, struct total);
} totals SEC(".maps");

/* The same by the cgroup of the packet's socket: by cgroup id. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, MAX_CGROUPS);
	__type(key, __u64);
	__type(value, struct traffic);
} cgroups SEC(".maps");

/* What is of cgroups for which there is no room any more: nothing goes uncounted. */
struct traffic others;

/* The allow-list. Tries take no memory for room that is not used; the loader says how many. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct destination);
	__type(value, __u8);
} allowed SEC(".maps");

/*
 * Atomic, though the counters are this CPU's own: while such a program runs its task cannot be
 * moved to another CPU, but it can be interrupted, by a packet that runs the same program.
 */
static __always_inline void add(struct count *count, __u32 bytes)
{
	__sync_fetch_and_add(&count->packets, 1);
	__sync_fetch_and_add(&count->bytes, bytes);
}

/* The counters of the cgroup whose socket sends or receives @skb. */
static __always_inline struct traffic *traffic_of(struct __sk_buff *skb)
{
	static const struct traffic none;
	__u64 id = bpf_skb_cgroup_id(skb);
	struct traffic *traffic = lookup_or_init(&cgroups, &id, &none);

	return traffic ?: &others;
}

/* Is the destination in the allow-list? What is no IP packet has none. */
static __always_inline bool is_allowed(struct __sk_buff *skb)
{
	struct destination to = {
		.bits = 8 * (sizeof(to) - sizeof(to.bits)),
		.protocol = skb->protocol,
	};

	/* The packet's protocol, not the socket's: an IPv6 socket may send IPv4. Offset 0 is the
	 * IP header, whatever extension headers or fragments follow. */
	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		to.address[10] = to.address[11] = 0xff;
		if (bpf_skb_load_bytes(skb, offsetof(struct iphdr, daddr), &to.address[12], 4))
			return false;
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		if (bpf_skb_load_bytes(skb, offsetof(struct ipv6hdr, daddr), to.address, 16))
			return false;
	} else {
		return false;
	}
	return bpf_map_lookup_elem(&allowed, &to);
}

/*
 * "cgroup/skb" says nothing of the direction, and so libbpf cannot know where to attach it: the
 * loader does, with bpf_link_create(), to both. The program need not know either, as each
 * attachment has its own element in totals.
 */
SEC("cgroup/skb")
int on_packet(struct __sk_buff *skb)
{
	struct total *total = bpf_get_local_storage(&totals, 0);

	add(&total->seen, skb->len);
	return ALLOW;
}

SEC("cgroup_skb/ingress")
int on_ingress(struct __sk_buff *skb)
{
	add(&traffic_of(skb)->rx, skb->len);
	return ALLOW;
}

/* Attached to egress, such a program may also return 2 or 3: 0 or 1, and "congested". The
 * verifier allows that here only; it is what the direction in the section's name is for. */
SEC("cgroup_skb/egress")
int on_egress(struct __sk_buff *skb)
{
	struct traffic *traffic = traffic_of(skb);
	__u32 bytes = skb->len;
	struct total *total;

	if (!only_allowed || is_allowed(skb)) {
		add(&traffic->tx, bytes);
		return ALLOW;
	}
	total = bpf_get_local_storage(&totals, 0);
	add(&total->denied, bytes);
	add(&traffic->denied, bytes);
	return DENY; /* the sender gets EPERM */
}
