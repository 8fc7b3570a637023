/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The types that a struct event is made of, for both sides: the BPF program that fills it
 * in and the loader that prints it. The typedefs are plain integers and bytes, but their
 * names stay in BTF, and common/json.c prints each the way people read it.
 */
#ifndef EVENT_H
#define EVENT_H

#ifndef __VMLINUX_H__ /* the BPF side has these from vmlinux.h */
#include <linux/types.h>
#include <stdbool.h>
#endif

/* An IPv4 (as ::ffff:a.b.c.d) or IPv6 address in network order: "127.0.0.1", "::1". */
typedef __u8 ip_address[16];

/* A TCP or UDP port in network byte order: 443. */
typedef __be16 net_port;

/* An Ethernet address: "02:00:00:00:00:01". */
typedef __u8 mac_address[6];

/* An errno value, positive: "ENOENT"; 0, no error, is null. */
typedef __s32 errno_value;

/* An address in the kernel: "vfs_read+0x1f". */
typedef __u64 kernel_address;

#endif
