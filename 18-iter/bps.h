/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One struct for each kind of object. In most, the last member is a text of any length, which
 * ends with its NUL. Elements of a map have no struct: they are the key and the value, of as
 * many bytes as the map says.
 */
#ifndef BPS_H
#define BPS_H

#include "event.h"

#define COMM_SIZE 16   /* the kernel's TASK_COMM_LEN */
#define TEXT_SIZE 8192 /* more than the longest text has, with its NUL */

struct process_event {
	__u32 pid; /* as everywhere here, the kernel's tgid */
	__u32 ppid;
	__u32 uid;
	__u32 threads;
	char comm[COMM_SIZE];
	char args[]; /* with spaces between them; empty if the kernel cannot read them */
};

struct file_event {
	__u32 pid;
	__u32 fd;
	bool readable;
	bool writable;
	char comm[COMM_SIZE];
	char path[];
};

/* The names are what is printed. */
enum protocol {
	TCP,
	UDP,
};

/* TCP's states as the kernel numbers them, by the names that RFC 9293 gives them. */
enum socket_status {
	ESTABLISHED = 1,
	SYN_SENT,
	SYN_RECEIVED,
	FIN_WAIT_1,
	FIN_WAIT_2,
	TIME_WAIT,
	CLOSED, /* a UDP socket that is not connected */
	CLOSE_WAIT,
	LAST_ACK,
	LISTEN,
	CLOSING,
	NEW_SYN_RECEIVED, /* Linux's own: SYN_RECEIVED before there is a whole socket */
};

struct socket_event {
	ip_address local;
	ip_address remote;
	net_port local_port;
	net_port remote_port;
	__u32 uid;
	enum protocol protocol;
	enum socket_status state;
};

struct cgroup_event {
	__u64 id; /* the inode number of its directory */
	__u32 level;
	__u32 descendants; /* cgroups below it */
	__u32 dying;	   /* of the descendants: removed, but something still holds them */
	char path[];
};

#endif
