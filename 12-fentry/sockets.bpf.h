/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What connlat.bpf.c reads from sockets. */
#ifndef SOCKETS_BPF_H
#define SOCKETS_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include "file.bpf.h"

/* Both ends, as the socket has them. Its type is known, so these are plain loads. */
static __always_inline void put_ends(struct event *event, struct sock *sk)
{
	event->from_port = bpf_htons(sk->__sk_common.skc_num);
	event->to_port = sk->__sk_common.skc_dport;
	if (sk->__sk_common.skc_family == AF_INET) {
		put_ipv4(event->from, sk->__sk_common.skc_rcv_saddr);
		put_ipv4(event->to, sk->__sk_common.skc_daddr);
	} else {
		BPF_CORE_READ_INTO(&event->from, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&event->to, sk, __sk_common.skc_v6_daddr);
	}
}

/* Where a connection was to go whose socket does not know it (any more). */
static __always_inline void put_destination(struct event *event, const struct sockaddr_in6 *ipv6)
{
	const struct sockaddr_in *ipv4 = (const void *)ipv6;

	if (ipv4->sin_family == AF_INET)
		put_ipv4(event->to, ipv4->sin_addr.s_addr);
	else
		__builtin_memcpy(event->to, &ipv6->sin6_addr, sizeof(event->to));
	event->to_port = ipv4->sin_port; /* at the same place in both */
}

/* Is descriptor @fd a TCP socket? What private_data points to no type tells: so these pointers
 * are not followed, but read. */
static __always_inline bool is_tcp(__u32 fd)
{
	const struct file *file = file_of(fd);
	struct socket *sock = BPF_CORE_READ(file, private_data);

	return (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) == S_IFSOCK &&
	       BPF_CORE_READ(sock, sk, sk_protocol) == IPPROTO_TCP;
}

#endif
