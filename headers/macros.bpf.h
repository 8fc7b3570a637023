/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What vmlinux.h cannot carry: BTF describes types, not macros. Each group names the header
 * of the kernel that has it; including that header beside vmlinux.h would define its types
 * twice.
 */
#ifndef MACROS_BPF_H
#define MACROS_BPF_H

/* asm-generic/errno-base.h, asm-generic/errno.h */
#ifndef EPERM
#define EPERM	     1
#define ENOENT	     2
#define ESRCH	     3
#define EINTR	     4
#define EAGAIN	     11
#define EACCES	     13
#define EFAULT	     14
#define EEXIST	     17
#define EINVAL	     22
#define ENOSPC	     28
#define ENAMETOOLONG 36
#define ENOSYS	     38
#define EISCONN	     106
#define EALREADY     114
#define EINPROGRESS  115
#endif

/* linux/limits.h: the longest path, with its NUL, that a system call accepts. */
#define PATH_MAX 4096

/* asm-generic/mman-common.h: pages that may be executed */
#define PROT_EXEC 0x4

/* linux/stat.h: what kind of file an inode is */
#define S_IFMT	 0170000
#define S_IFSOCK 0140000

/* asm-generic/fcntl.h */
#define O_NONBLOCK 04000

/* linux/fs.h: struct file's f_mode */
#define FMODE_READ  0x1
#define FMODE_WRITE 0x2

/* linux/if_ether.h */
#define ETH_ALEN     6
#define ETH_P_IP     0x0800
#define ETH_P_ARP    0x0806
#define ETH_P_8021Q  0x8100
#define ETH_P_IPV6   0x86DD
#define ETH_P_8021AD 0x88A8

/* linux/if_packet.h, net/net_namespace.h */
#define PACKET_OUTGOING	 4
#define LOOPBACK_IFINDEX 1 /* in every network namespace */

/* linux/in6.h, as macros; the other protocols are in vmlinux.h's enum of linux/in.h */
#define IPPROTO_HOPOPTS	 0
#define IPPROTO_ROUTING	 43
#define IPPROTO_FRAGMENT 44
#define IPPROTO_ICMPV6	 58
#define IPPROTO_DSTOPTS	 60

/* linux/icmp.h: errors, which quote a packet */
#define ICMP_DEST_UNREACH  3
#define ICMP_TIME_EXCEEDED 11
#define ICMP_PARAMETERPROB 12

/* linux/socket.h */
#define AF_UNIX	 1
#define AF_INET	 2
#define AF_INET6 10

/* linux/pkt_cls.h, what a tc program returns */
#define TC_ACT_UNSPEC	(-1)
#define TC_ACT_OK	0
#define TC_ACT_SHOT	2
#define TC_ACT_REDIRECT 7

/* linux/err.h: a system call that returns -1 to -MAX_ERRNO has failed */
#define MAX_ERRNO 4095

/* asm/thread_info.h: in which member the bit is differs, too */
#define TS_COMPAT 0x0002 /* x86: thread_info.status */
#define TIF_32BIT 22	 /* arm64: 1 << 22 in thread_info.flags */

/* linux/time64.h */
#define NSEC_PER_SEC  1000000000ULL
#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_USEC 1000ULL

#endif
