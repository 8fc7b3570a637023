// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Drop the packets whose source address is on a list of networks, and count them for each.
 *
 * XDP runs in the network driver, on the bare frame, before the kernel has made anything of
 * it: the cheapest place to drop what nobody wants, and the one that holds when a flood
 * comes. It sees what comes in only; for what goes out there is tc.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "example.bpf.h"
#include "packet.bpf.h"
#include "xdpblock.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

#define RULES 16384 /* there is room for; -n changes all four maps */

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* tries insist on it */
	__uint(max_entries, RULES);
	__type(key, struct prefix4);
	__type(value, struct rule);
} blocked4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, RULES);
	__type(key, struct prefix6);
	__type(value, struct rule);
} blocked6 SEC(".maps");

/*
 * Not in the tries' values, where all CPUs would write to one cache line and so wait for
 * each other in a flood. Here each CPU has its own, and needs no atomic operation.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLOT_RULES + RULES);
	__type(key, __u32);
	__type(value, struct count);
} counters SEC(".maps");

/* The slots that no rule has, for those who add and delete rules. The program has no use for
 * it, so the loader binds it to the program: a map lives as long as something refers to it. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, RULES);
	__type(value, __u32);
} free_slots SEC(".maps");

/* Set by the loader before it loads: there is no Ethernet header. */
const volatile bool layer3;

SEC("xdp")
int on_packet(struct xdp_md *ctx)
{
	struct cursor at = { (void *)(long)ctx->data, (void *)(long)ctx->data_end };
	struct prefix4 source4 = { .len = 32 };
	struct prefix6 source6 = { .len = 128 };
	__u64 size = at.end - at.pos;
	struct rule *rule = NULL;
	__u32 slot = SLOT_PASSED;
	struct count *count;
	struct ipv6hdr *ip6;
	struct iphdr *ip;

	switch (parse_link(&at, layer3)) {
	case ETH_P_IP:
		if (parse_ipv4(&at, &ip) < 0) {
			slot = SLOT_MALFORMED;
			break;
		}
		__builtin_memcpy(source4.addr, &ip->saddr, sizeof(source4.addr));
		rule = bpf_map_lookup_elem(&blocked4, &source4);
		break;
	case ETH_P_IPV6:
		/* Not parse_ipv6(): more extension headers than it follows would be a way in. */
		ip6 = take(&at, sizeof(*ip6));
		if (!ip6 || ip6->version != 6) {
			slot = SLOT_MALFORMED;
			break;
		}
		__builtin_memcpy(source6.addr, &ip6->saddr, sizeof(source6.addr));
		rule = bpf_map_lookup_elem(&blocked6, &source6);
		/*
		 * Else clang makes one call of this one and the one above. The kernel replaces a
		 * look-up by a direct call of the map's own function only where it can be but
		 * one map; a shared call took 8 ns more.
		 */
		barrier_var(rule);
		break;
	case -1:
		slot = SLOT_MALFORMED;
		break;
	}

	if (rule)
		slot = rule->slot;
	count = bpf_map_lookup_elem(&counters, &slot);
	if (count) {
		count->packets++;
		count->bytes += size;
	}
	return rule ? XDP_DROP : XDP_PASS;
}
