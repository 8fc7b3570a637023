/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef XDPBLOCK_H
#define XDPBLOCK_H

#include "event.h"

#define RULE_SIZE 50 /* the longest IPv6 address, "/128" and a NUL */

/*
 * Keys of the LPM tries: a length in bits, and as many bits that count. What is looked up is
 * a whole address with its full length; what is found is the longest prefix that matches.
 */
struct prefix4 {
	__u32 len;
	__u8 addr[4]; /* in network order, as LPM tries compare from the first byte on */
};

struct prefix6 {
	__u32 len;
	__u8 addr[16];
};

/* What a trie holds for a prefix. */
struct rule {
	__u32 slot; /* where in counters its packets are counted */
	__u32 len;  /* of the prefix, so that who looks for 10.1.0.0/16 knows 10.0.0.0/8 from it */
};

/* The slots of counters: some for what is no rule's, and then one for each rule. */
enum {
	SLOT_PASSED,
	SLOT_MALFORMED, /* too short or nonsense, and passed too: the kernel knows what to do */
	SLOT_DELETED,	/* dropped by rules that are deleted; only the loader writes here */
	SLOT_RULES,
};

struct count {
	__u64 packets;
	__u64 bytes; /* of frames: with the Ethernet header, without the checksum at the end */
};

/* One rule, and what it has dropped since it was added. */
struct event {
	__u64 time_ns; /* since boot: CLOCK_MONOTONIC */
	char interface[16];
	char rule[RULE_SIZE]; /* 10.0.0.0/8 */
	__u64 packets;
	__u64 bytes;
};

#endif
