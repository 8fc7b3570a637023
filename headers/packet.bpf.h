/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Parse a packet by direct access, for XDP and tc: from the Ethernet header to the ports,
 * step by step.
 *
 *	struct cursor at = { (void *)(long)ctx->data, (void *)(long)ctx->data_end };
 *	struct ethhdr *eth;
 *	struct iphdr *ip;
 *
 *	if (parse_ethernet(&at, &eth) == ETH_P_IP && parse_ipv4(&at, &ip) == IPPROTO_UDP) ...
 *
 * Each step checks that its header is wholly there before it reads it, which is what the
 * verifier wants to see; returns the number of the protocol that follows, or -1 if the
 * packet is too short or makes no sense; and moves the cursor behind the header.
 */
#ifndef PACKET_BPF_H
#define PACKET_BPF_H

#include <bpf/bpf_endian.h>
#include "macros.bpf.h"

struct cursor {
	void *pos;
	void *end;
};

/* VLAN tags that are looked behind; two are what 802.1ad allows. */
#define VLAN_TAGS 2

/* IPv6 extension headers that are looked behind; more than a few are not seen in honest traffic. */
#define IPV6_EXTENSIONS 6

/* Does @size fit, and if so, what is there? The only place that moves the cursor. */
static __always_inline void *take(struct cursor *at, __u32 size)
{
	void *header = at->pos;

	if (header + size > at->end)
		return NULL;
	at->pos = header + size;
	return header;
}

/*
 * The Ethernet header, and the VLAN tags behind it. Returns the ethertype of what they carry, in
 * host byte order. (tc programs often do not see the outermost tag here: the kernel has moved
 * it to skb->vlan_tci.)
 */
static __always_inline int parse_ethernet(struct cursor *at, struct ethhdr **eth)
{
	__be16 proto;

	*eth = take(at, sizeof(**eth));
	if (!*eth)
		return -1;
	proto = (*eth)->h_proto;

	for (int i = 0; i < VLAN_TAGS; i++) {
		struct {
			__be16 tci;
			__be16 proto;
		} * tag;

		if (proto != bpf_htons(ETH_P_8021Q) && proto != bpf_htons(ETH_P_8021AD))
			break;
		tag = take(at, sizeof(*tag));
		if (!tag)
			return -1;
		proto = tag->proto;
	}
	return bpf_ntohs(proto);
}

/*
 * What a packet of an interface begins with: the Ethernet header and VLAN tags, or, where @layer3 says so (tun,
 * WireGuard, ipip: has_ethernet_header() in common/ knows), the IP header. Returns the ethertype.
 */
static __always_inline int parse_link(struct cursor *at, bool layer3)
{
	struct ethhdr *eth;
	__u8 *version = at->pos;

	if (!layer3)
		return parse_ethernet(at, &eth);
	if ((void *)(version + 1) > at->end)
		return -1;
	return *version >> 4 == 4 ? ETH_P_IP : *version >> 4 == 6 ? ETH_P_IPV6 :
								    -1;
}

/* The IPv4 header with its options. Of a fragment that is not the first, what follows is no
 * header of the protocol that this returns: ask ipv4_is_later_fragment(). */
static __always_inline int parse_ipv4(struct cursor *at, struct iphdr **ip)
{
	__u32 size;

	*ip = at->pos;
	if ((void *)(*ip + 1) > at->end || (*ip)->version != 4)
		return -1;
	size = (*ip)->ihl * 4;
	if (size < sizeof(**ip) || !take(at, size))
		return -1;
	return (*ip)->protocol;
}

static __always_inline bool ipv4_is_later_fragment(const struct iphdr *ip)
{
	return ip->frag_off & bpf_htons(0x1fff);
}

/*
 * The IPv6 header and the extension headers behind it. Returns the protocol behind those, or
 * IPPROTO_FRAGMENT for a fragment that is not the first, behind whose headers there is no other.
 */
static __always_inline int parse_ipv6(struct cursor *at, struct ipv6hdr **ip6)
{
	__u8 next;

	*ip6 = take(at, sizeof(**ip6));
	if (!*ip6 || (*ip6)->version != 6)
		return -1;
	next = (*ip6)->nexthdr;

	for (int i = 0; i < IPV6_EXTENSIONS; i++) {
		struct {
			__u8 next;
			__u8 len; /* in units of 8 bytes, without the first */
			__be16 frag_off;
		} *extension = at->pos;
		__u32 size;

		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING &&
		    next != IPPROTO_FRAGMENT && next != IPPROTO_DSTOPTS)
			return next;
		if ((void *)(extension + 1) > at->end)
			return -1;
		if (next == IPPROTO_FRAGMENT) {
			if (extension->frag_off & bpf_htons(0xfff8))
				return IPPROTO_FRAGMENT;
			size = 8;
		} else {
			size = (extension->len + 1) * 8;
		}
		next = extension->next;
		if (!take(at, size))
			return -1;
	}
	return -1;
}

/* The fixed part of a TCP header; options are between it and the data. NULL if it is not there. */
static __always_inline struct tcphdr *parse_tcp(struct cursor *at)
{
	return take(at, sizeof(struct tcphdr));
}

static __always_inline struct udphdr *parse_udp(struct cursor *at)
{
	return take(at, sizeof(struct udphdr));
}

#endif
