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
#define EEXIST	     17
#define EINVAL	     22
#define ENOSPC	     28
#define ENAMETOOLONG 36
#define ENOSYS	     38
#define EINPROGRESS  115
#endif

/* linux/limits.h: the longest path, with its NUL, that a system call accepts. */
#define PATH_MAX 4096

/* linux/time64.h */
#define NSEC_PER_SEC  1000000000ULL
#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_USEC 1000ULL

#endif
