// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Rewrite ports: what arrives for port 8080 goes to 80, and what 80 answers leaves as from 8080.
 *
 * A tc program sees every packet of an interface, going in or out, as the kernel's skb, and may
 * change it. This one keeps no state: it looks at each packet alone. So everything that leaves
 * from port 80 gets port 8080, also answers to those who asked port 80 itself.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "example.bpf.h"
#include "packet.bpf.h"
#include "portmap.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

/* As far into a packet as its ports can be: Ethernet, two VLAN tags, IPv6 and extensions. */
#define HEADERS 256

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct rule);
	__type(value, struct translation);
} rules SEC(".maps");

static __always_inline int rewrite(struct __sk_buff *ctx, enum direction direction)
{
	__u32 linear = ctx->len < HEADERS ? ctx->len : HEADERS;
	struct rule rule = { .direction = direction };
	__u32 port_offset, check_offset;
	struct translation *translation;
	struct ipv6hdr *ip6;
	struct cursor at;
	struct ethhdr *eth;
	struct iphdr *ip;
	net_port port;
	int protocol;
	void *ports;

	/*
	 * Direct access sees the linear part of the skb only, and headers may lie beyond: have
	 * the kernel pull them in. Every helper that changes the packet makes the verifier forget
	 * all pointers into it, so this comes first.
	 */
	if ((void *)(long)ctx->data + linear > (void *)(long)ctx->data_end &&
	    bpf_skb_pull_data(ctx, linear))
		return TC_ACT_UNSPEC;

	/* Else clang computes the address of ctx->data once for here and above, and the verifier
	 * refuses: a field of the context must be read as ctx plus a constant. */
	barrier_var(ctx);

	at = (struct cursor){ (void *)(long)ctx->data, (void *)(long)ctx->data_end };
	switch (parse_ethernet(&at, &eth)) {
	case ETH_P_IP:
		protocol = parse_ipv4(&at, &ip);
		if (protocol < 0 || ipv4_is_later_fragment(ip)) /* those have no ports */
			return TC_ACT_UNSPEC;
		break;
	case ETH_P_IPV6:
		protocol = parse_ipv6(&at, &ip6);
		break;
	default:
		return TC_ACT_UNSPEC;
	}

	/* TCP and UDP both begin with the source port and the destination port. */
	ports = at.pos;
	if (protocol == IPPROTO_TCP && parse_tcp(&at))
		check_offset = offsetof(struct tcphdr, check);
	else if (protocol == IPPROTO_UDP && parse_udp(&at))
		check_offset = offsetof(struct udphdr, check);
	else
		return TC_ACT_UNSPEC;

	port_offset = ports - (void *)(long)ctx->data;
	check_offset += port_offset;
	if (direction == INGRESS) {
		ports += 2;
		port_offset += 2;
	}
	if (ports + 2 > at.end) /* it is: parse_tcp() looked; again for the verifier */
		return TC_ACT_UNSPEC;
	port = *(net_port *)ports;

	rule.protocol = protocol;
	rule.port = port;
	translation = bpf_map_lookup_elem(&rules, &rule);
	if (!translation)
		return TC_ACT_UNSPEC;

	/*
	 * The checksum over the ports is mended by the difference, the packet need not be summed
	 * again. In UDP 0 means that there is none, and it stays that way; a sum that comes out as
	 * 0 is sent as 0xffff: this is what MANGLED_0 is for. The sum of the IPv4 header (for that
	 * there is bpf_l3_csum_replace()) does not cover the ports.
	 */
	if (bpf_l4_csum_replace(ctx, check_offset, port, translation->port,
				sizeof(port) | (protocol == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0)))
		return TC_ACT_UNSPEC;
	if (bpf_skb_store_bytes(ctx, port_offset, &translation->port, sizeof(translation->port), 0))
		return TC_ACT_SHOT; /* its checksum is changed already: it would be dropped anyway */

	__sync_fetch_and_add(&translation->packets, 1);
	__sync_fetch_and_add(&translation->bytes, ctx->len);

	/* Not OK but UNSPEC: let other programs and filters on this interface see it too. */
	return TC_ACT_UNSPEC;
}

/* "tc" and "classifier" are two spellings of the same; new programs say "tc". */
SEC("tc")
int on_ingress(struct __sk_buff *ctx)
{
	return rewrite(ctx, INGRESS);
}

SEC("classifier")
int on_egress(struct __sk_buff *ctx)
{
	return rewrite(ctx, EGRESS);
}
