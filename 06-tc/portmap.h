/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef PORTMAP_H
#define PORTMAP_H

#include "event.h"

enum direction {
	INGRESS, /* what arrives: the destination port is rewritten */
	EGRESS,	 /* what leaves: the source port is rewritten back */
};

enum protocol {
	TCP = 6,
	UDP = 17,
};

/* Which packets: those in this direction, of this protocol, that have this port. */
struct rule {
	__u8 direction;
	__u8 protocol;
	net_port port;
};

/* What becomes of the port, and how often that happened. */
struct translation {
	__u64 packets;
	__u64 bytes;
	net_port port;
	__u8 pad[6];
};

/* One rule and its counters, as they are printed. */
struct event {
	enum direction direction;
	enum protocol protocol;
	net_port port;
	net_port to_port;
	__u64 packets;
	__u64 size_bytes; /* from the Ethernet header on */
};

#endif
