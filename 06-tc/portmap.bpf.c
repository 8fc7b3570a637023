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

/* Set by the loader before it loads: there is no Ethernet header. */
const volatile bool layer3;

/* The IP header of @ethertype. Returns the protocol that follows; -1 where none can: in a later fragment. */
static __always_inline int parse_ip(struct cursor *at, int ethertype)
{
	struct ipv6hdr *ip6;
	struct iphdr *ip;
	int protocol;

	if (ethertype == ETH_P_IPV6)
		return parse_ipv6(at, &ip6);
	if (ethertype != ETH_P_IP)
		return -1;
	protocol = parse_ipv4(at, &ip);
	return protocol < 0 || ipv4_is_later_fragment(ip) ? -1 : protocol;
}

/* An ICMP error, which quotes the packet that it is about: the cursor is put there. NULL if it is none. */
static __always_inline struct icmphdr *parse_icmp_error(struct cursor *at, int protocol)
{
	struct icmphdr *icmp = at->pos;

	if ((protocol != IPPROTO_ICMP && protocol != IPPROTO_ICMPV6) || !take(at, sizeof(*icmp)))
		return NULL;
	if (protocol == IPPROTO_ICMPV6) /* from unreachable to parameter problem */
		return icmp->type >= 1 && icmp->type <= 4 ? icmp : NULL;
	return icmp->type == ICMP_DEST_UNREACH || icmp->type == ICMP_TIME_EXCEEDED ||
			       icmp->type == ICMP_PARAMETERPROB ?
		       icmp :
		       NULL;
}

static __always_inline int rewrite(struct __sk_buff *ctx, enum direction direction)
{
	__u32 linear = ctx->len < HEADERS ? ctx->len : HEADERS;
	struct rule rule = { .direction = direction };
	__u32 port_offset, check_offset = 0;
	struct translation *translation;
	struct icmphdr *icmp;
	int ethertype, protocol;
	struct cursor at;
	net_port port;
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
	ethertype = parse_link(&at, layer3);
	protocol = parse_ip(&at, ethertype);

	/*
	 * An error quotes a packet that went the other way, with the port that this program has given it. Unless
	 * that is undone, no socket knows the packet: TCP would never learn that it was too large for the path.
	 */
	icmp = parse_icmp_error(&at, protocol);
	if (icmp) {
		check_offset = (void *)&icmp->checksum - (void *)(long)ctx->data;
		protocol = parse_ip(&at, ethertype);
	}

	/* TCP and UDP both begin with the source port and the destination port. Of a packet that is quoted,
	 * there may be no more; the checksum that counts is ICMP's. */
	ports = at.pos;
	if (protocol == IPPROTO_TCP && (icmp || parse_tcp(&at)))
		check_offset = icmp ? check_offset : offsetof(struct tcphdr, check);
	else if (protocol == IPPROTO_UDP && (icmp || parse_udp(&at)))
		check_offset = icmp ? check_offset : offsetof(struct udphdr, check);
	else
		return TC_ACT_UNSPEC;

	port_offset = ports - (void *)(long)ctx->data;
	if (!icmp)
		check_offset += port_offset;
	if ((direction == INGRESS) == !icmp) {
		ports += 2;
		port_offset += 2;
	}
	if (ports + 2 > at.end) /* in a whole header it is there: again for the verifier */
		return TC_ACT_UNSPEC;
	port = *(net_port *)ports;

	rule.protocol = protocol;
	rule.port = port;
	translation = bpf_map_lookup_elem(&rules, &rule);
	if (!translation)
		return TC_ACT_UNSPEC;

	/*
	 * The checksum over the ports is adjusted by the difference, the packet need not be summed
	 * again. In UDP 0 means that there is none, and it stays that way; a sum that comes out as
	 * 0 is sent as 0xffff: this is what MANGLED_0 is for. The sum of the IPv4 header (for that
	 * there is bpf_l3_csum_replace()) does not cover the ports.
	 */
	if (bpf_l4_csum_replace(ctx, check_offset, port, translation->port,
				sizeof(port) | (protocol == IPPROTO_UDP && !icmp ? BPF_F_MARK_MANGLED_0 : 0)))
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
