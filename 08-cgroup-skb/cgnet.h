/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CGNET_H
#define CGNET_H

#include "event.h"

#define MAX_CGROUPS 4096 /* that are told apart */
#define PATH_SIZE   4096

/* All that is counted is made of these, so that the loader can add up the CPUs' as a plain
 * array of numbers. */
struct count {
	__u64 packets;
	__u64 bytes; /* from the IP header on: the link layer is not in it */
};

/* In the cgroup that we are attached to and below, in one direction. */
struct total {
	struct count seen;
	struct count denied; /* they are among those seen */
};

/* Of one cgroup, without those below it. */
struct traffic {
	struct count rx;
	struct count tx;
	struct count denied;
};

/* Where a packet goes, and what may be gone to: the key of a BPF_MAP_TYPE_LPM_TRIE, which
 * has the number of bits that count, from the first one after it. */
struct destination {
	__u32 bits;
	__u32 protocol; /* as in skb->protocol: lets ::/0 mean IPv6, and not IPv4 as well */
	ip_address address;
};

enum scope {
	SCOPE_CGROUP, /* the packets of this very cgroup */
	SCOPE_OTHERS, /* of those beyond MAX_CGROUPS, if there are any */
	SCOPE_TOTAL,  /* of the cgroup that the tool is attached to, and of those below it */
};

/* What is printed: the traffic of a cgroup in one interval. */
struct event {
	__u64 time_ns; /* when the interval ended, since boot: CLOCK_MONOTONIC */
	__u64 cgroup_id;
	__u64 rx_packets;
	__u64 rx_bytes;
	__u64 tx_packets;
	__u64 tx_bytes;
	__u64 denied_packets; /* not in tx */
	__u64 denied_bytes;
	enum scope scope;
	char cgroup[PATH_SIZE]; /* its directory; only what is used is printed */
};

#endif
