/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Structs of every kind that BTF describes. types.bpf.c turns them into BTF, json_test.c fills
 * them in, each with its own compiler's idea of their layout.
 */
#ifndef TYPES_H
#define TYPES_H

#ifdef __bpf__ /* no vmlinux.h is needed for these few */
#define __VMLINUX_H__
#include <stdbool.h>
typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
#endif
#include "event.h"

struct integers {
	__s8 s8;
	__u8 u8;
	__s16 s16;
	__u16 u16;
	__s32 s32;
	__u32 u32;
	__s64 s64;
	__u64 u64;
	long l;
	unsigned long ul;
	bool yes, no;
	char c;
};

struct __attribute__((packed)) unaligned {
	char c;
	__u16 u16;
	__s32 s32;
	__u64 u64;
	float f;
	net_port port;
	kernel_address address;
};

struct texts {
	char text[8];
	const char constant[4];
	char grid[2][4];
	signed char numbers[2];
	unsigned char bytes[3];
	int last;
};

enum color { RED,
	     GREEN,
	     CRIMSON = RED,
	     BLUE = 7 };
enum temperature { COLD = -40,
		   FREEZING = 0,
		   HOT = 40 };
enum __attribute__((packed)) tiny { TINY_LOW = -1,
				    TINY_HIGH = 1 };
enum huge { HUGE_NONE,
	    HUGE_HIGH = 0x8000000000000001ULL };
enum deep { DEEP_LOW = -0x7fffffffffffffffLL,
	    DEEP_ZERO = 0 };

struct enums {
	enum color named, alias, unknown;
	enum temperature cold, strange;
	enum tiny tiny;
	enum color list[2];
};

struct wide_enums {
	enum huge high, unknown;
	enum deep low, strange;
};

struct bit_fields {
	__u32 one : 1;
	__u32 three : 3;
	__s32 minus : 5;
	__u32 crossing : 13;
	__u32 : 4;
	bool flag : 1;
	enum color color : 3;
	enum temperature cold : 7;
	__u64 wide : 61;
	__s64 whole : 64;
	__u32 u32 : 32;
};

struct __attribute__((packed)) packed_bit_fields {
	__u8 few : 3;
	__u64 nine_bytes : 64;
	__s64 shifted : 58;
	__u8 rest : 3;
	__u8 after;
};

struct pair {
	int left;
	struct {
		__u8 deep;
	} right;
};

struct nested {
	struct pair pair;
	struct pair pairs[2];
	struct {
		int a;
		struct {
			int b;
		};
	};
	int numbers[3];
	__u8 grid[2][3];
	struct {
		int x[2];
	} lists[2];
	int none[0];
	struct {
	} empty;
	int last;
};

struct starts_anonymous {
	struct {
		int a;
	};
	int __pad0;
	int b;
	char __pad[4];
};

struct nothing {
};

typedef int plain;
typedef const plain constant_plain;
typedef volatile constant_plain tangled;
typedef char short_name[4];
typedef enum { ANONYMOUS_A,
	       ANONYMOUS_B } anonymous_enum;
typedef struct {
	int value;
} anonymous_struct;
typedef const char *text_pointer;

struct typedefs {
	tangled tangled;
	volatile const __u16 qualified;
	short_name name;
	short_name names[2];
	anonymous_enum letter;
	anonymous_struct inner;
	text_pointer pointer;
	void *restrict null;
	void (*function)(int);
};

struct floats {
	float f;
	double d;
	double list[2];
	double infinite, nan;
};

typedef ip_address address_pair[2];
typedef const errno_value status;

struct formats {
	ip_address v4, v6;
	const ip_address peers[2];
	address_pair pairs[2];
	net_port port, ports[2];
	mac_address mac;
	errno_value failed, done, unknown;
	status status;
	kernel_address none;
	struct {
		net_port port;
	} inner;
};

typedef struct {
	__u32 value;
} user_type;
typedef union {
	int a;
	float b;
} user_union;
typedef __u32 not_formatted;

struct user_formats {
	user_type one;
	user_type many[2];
	user_union any;
	not_formatted plain;
};

struct ends_in_text {
	__u32 id;
	char text[12];
};

struct ends_in_flexible_text {
	__u64 id;
	char text[];
};

struct ends_in_numbers {
	__u32 id;
	struct {
		__u32 count;
		kernel_address stack[4];
	};
};

struct ends_in_flexible_structs {
	__u32 id;
	struct {
		net_port port;
		char name[6];
	} list[];
};

struct ends_in_formatted {
	__u32 id;
	ip_address address;
};

struct ends_in_number {
	__u64 a;
	__u8 b;
};

struct ends_in_bits {
	__u32 id;
	errno_value error : 3; /* formats take whole values: this is a number */
	char letter : 2;       /* and this one too */
	__u32 last : 7;
};

struct flexible_bytes {
	__u16 id;
	__u8 bytes[];
};

/* What cannot be printed. */
struct has_union {
	int a;
	union {
		int number;
		float other;
	} either;
};

struct has_anonymous_union {
	int a;
	union {
		int number;
		float other;
	};
};

struct has_int128 {
	__int128 big;
};

/* The kind of event that most examples send, for measuring. */
struct event {
	__u64 time_ns;
	__u64 latency_ns;
	__u32 pid, tid, uid;
	errno_value error;
	__u32 flags;
	__u64 size_bytes;
	char comm[16];
	char path[40];
};

#endif
