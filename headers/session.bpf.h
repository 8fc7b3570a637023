/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a session (SEC("kprobe.session"), SEC("uprobe.session")) asks the kernel. Its one program
 * runs at the entry and at the return; it returns 1 at the entry to skip the return.
 *
 * Both are kfuncs, functions of the kernel that BPF programs may call. Until 6.18 they had no
 * argument, so each is declared twice. libbpf ignores ___ and what follows it when it looks for a
 * name, and leaves a __weak kfunc whose type does not fit unresolved.
 */
#ifndef SESSION_BPF_H
#define SESSION_BPF_H

#include <bpf/bpf_helpers.h>

extern bool bpf_session_is_return___context(void *ctx) __weak __ksym;
extern bool bpf_session_is_return___void(void) __weak __ksym;
extern __u64 *bpf_session_cookie___context(void *ctx) __weak __ksym;
extern __u64 *bpf_session_cookie___void(void) __weak __ksym;

/* Does the program that got @ctx run at the return? */
static __always_inline bool session_is_return(void *ctx)
{
	return bpf_ksym_exists(bpf_session_is_return___context) ?
		       bpf_session_is_return___context(ctx) :
		       bpf_session_is_return___void();
}

/* The 8 bytes that the kernel keeps from the entry of a call to its return. */
static __always_inline __u64 *session_cookie(void *ctx)
{
	return bpf_ksym_exists(bpf_session_cookie___context) ? bpf_session_cookie___context(ctx) :
							       bpf_session_cookie___void();
}

#endif
