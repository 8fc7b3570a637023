/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef CONNLAT_H
#define CONNLAT_H

#include "event.h"

#define COMM_SIZE 16 /* the kernel's TASK_COMM_LEN */

/* What became of it. */
enum outcome {
	ESTABLISHED,
	FAILED,	   /* with the error that the program gets */
	GIVEN_UP,  /* the program closed the socket before there was an answer */
	NOT_TRIED, /* connect() failed before TCP was asked: a bad address, forbidden ... */
};

/* One connection that a program asked for. */
struct event {
	__u64 time_ns;	  /* when it was asked for, since boot: CLOCK_MONOTONIC */
	__u64 latency_ns; /* until the outcome, which connect() may or may not have waited for */
	__u32 pid;	  /* of the process: the kernel's tgid */
	__u32 tid;	  /* of the thread: the kernel's pid */
	__u32 uid;
	errno_value error;
	enum outcome outcome;
	bool nonblocking; /* the socket has O_NONBLOCK: connect() did not wait */
	ip_address from;  /* 0.0.0.0 or :: if it failed before the kernel chose one */
	ip_address to;
	net_port from_port;
	net_port to_port;
	char comm[COMM_SIZE];
};

#endif
