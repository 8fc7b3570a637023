/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef DNSSNOOP_H
#define DNSSNOOP_H

#include "event.h"
#ifndef __VMLINUX_H__
#include <stddef.h>
#endif

#define QUESTION_SIZE 260   /* the longest name on the wire has 255 bytes; type and class, 4 */
#define QUESTIONS     10240 /* that are remembered until their answer comes */

/* The names of these are what is printed; a number without a name here is printed as it is. */
enum dns_type {
	// clang-format off
	A = 1, NS = 2, CNAME = 5, SOA = 6, PTR = 12, HINFO = 13, MX = 15, TXT = 16,
	AAAA = 28, LOC = 29, SRV = 33, NAPTR = 35, DNAME = 39, OPT = 41, DS = 43, SSHFP = 44,
	RRSIG = 46, NSEC = 47, DNSKEY = 48, NSEC3 = 50, TLSA = 52, CDS = 59, CDNSKEY = 60,
	OPENPGPKEY = 61, SVCB = 64, HTTPS = 65, IXFR = 251, AXFR = 252, ANY = 255, URI = 256,
	CAA = 257,
	// clang-format on
};

enum dns_rcode {
	// clang-format off
	NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, YXDOMAIN, YXRRSET, NXRRSET,
	NOTAUTH, NOTZONE,
	// clang-format on
	NO_ANSWER = 65535, /* ours, for a question that was still open at the end */
};

/*
 * A name as it is on the wire: labels, each after its length, and at the end an empty one. Then
 * come the type and the class of the question, and what follows it in the packet, or zeros.
 */
typedef __u8 dns_name[QUESTION_SIZE];

/* One question and its answer. */
struct event {
	__u64 time_ns;	  /* when the question was first seen, since boot: CLOCK_MONOTONIC */
	__u64 latency_ns; /* from then to the answer */
	ip_address client;
	ip_address server;
	net_port client_port;
	net_port server_port;
	__u16 id;
	__u16 answers;	    /* resource records in the answer section */
	enum dns_type type; /* the loader reads it from behind the name */
	enum dns_rcode rcode;
	__u32 asked;				   /* how often: more than once if the client lost patience */
	__u32 ifindex;				   /* the interface where the question was first seen */
	bool truncated;				   /* the answer did not fit; the client asks again by TCP */
	__u16 __pad_size;			   /* bytes of the next from the packet; __pad: not for JSON */
	dns_name name __attribute__((aligned(8))); /* so that it is cleared 8 bytes at a time */
};

/* Most questions are short. Their events are sent without the zeros at the end of the name. */
#define SHORT_NAME  64
#define SHORT_EVENT (offsetof(struct event, name) + SHORT_NAME)

/* What tells an answer whose it is. No padding: the kernel compares all bytes. */
struct question_key {
	ip_address client;
	ip_address server;
	net_port client_port;
	__be16 id;
};

#endif
