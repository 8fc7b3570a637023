// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Hand packets to the program of a running tool with BPF_PROG_TEST_RUN, without any network:
 *
 *	packets forms PROG_ID		a question and its answer in many forms, as named
 *	packets fuzz PROG_ID COUNT SEED	COUNT random and mutated packets
 *	packets cost PROG_ID		what a packet costs, beside an empty program
 *
 * Bare bpf(2) calls: the program is loaded already, and what it sends comes out of the tool.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef unsigned char byte;

struct packet {
	size_t size;
	byte data[2048];
};

static void die(const char *what)
{
	fprintf(stderr, "packets: cannot %s: %m\n", what);
	exit(1);
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int open_program(const char *id)
{
	union bpf_attr attr = { .prog_id = atol(id) };
	int fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);

	if (fd < 0)
		die("find the program");
	return fd;
}

static int load_empty(void)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uintptr_t)insns,
		.insn_cnt = 2,
		.license = (uintptr_t) "GPL",
	};
	int fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		die("load a program");
	return fd;
}

/* Returns the ns of one run, as the kernel rounds them; or -1, with errno set. */
static long run(int prog, const struct packet *packet, unsigned int repeat)
{
	union bpf_attr attr = {
		.test = {
			.prog_fd = prog,
			.data_in = (uintptr_t)packet->data,
			.data_size_in = packet->size,
			.repeat = repeat,
		},
	};

	if (bpf(BPF_PROG_TEST_RUN, &attr))
		return -1;
	if (attr.test.retval) {
		fprintf(stderr, "packets: the program returned %u, not 0\n", attr.test.retval);
		exit(1);
	}
	return attr.test.duration;
}

/* ---- Packets, put together from the front ---- */

static void put(struct packet *packet, const void *data, size_t size)
{
	memcpy(packet->data + packet->size, data, size);
	packet->size += size;
}

static void put8(struct packet *packet, unsigned int value)
{
	packet->data[packet->size++] = value;
}

static void put16(struct packet *packet, unsigned int value)
{
	put8(packet, value >> 8);
	put8(packet, value);
}

/* What a packet is to be like; 0 is the plain way. */
struct form {
	const char *name;
	int v6;
	int vlan_tags;
	int ip_options; /* 4 bytes each */
	int extensions; /* hop-by-hop options, 8 bytes each */
	int fragment;	/* 1: the first one; 2: a later one */
	int not_udp;
	int port; /* other than 53 */
	int opcode;
	int questions; /* more than the one */
	int cut;       /* bytes of the question section that are missing */
	int padding;   /* bytes of it that are behind the end that the UDP header says */
};

static const struct form forms[] = {
	{ .name = "ipv4" },
	{ .name = "ipv4-options", .ip_options = 10 },
	{ .name = "ipv4-first-fragment", .fragment = 1 },
	{ .name = "ipv4-vlan", .vlan_tags = 1 },
	{ .name = "ipv4-qinq", .vlan_tags = 2 },
	{ .name = "ipv6", .v6 = 1 },
	{ .name = "ipv6-vlan", .v6 = 1, .vlan_tags = 1 },
	{ .name = "ipv6-extension", .v6 = 1, .extensions = 1 },
	{ .name = "ipv6-6-extensions", .v6 = 1, .extensions = 6 },
	{ .name = "ipv6-first-fragment", .v6 = 1, .fragment = 1 },
	/* These are no events. */
	{ .name = "not-a-later-fragment", .fragment = 2 },
	{ .name = "not-a-later-fragment-6", .v6 = 1, .fragment = 2 },
	{ .name = "not-3-tags", .vlan_tags = 3 },
	{ .name = "not-7-extensions", .v6 = 1, .extensions = 7 },
	{ .name = "not-tcp", .not_udp = 1 },
	{ .name = "not-tcp-6", .v6 = 1, .not_udp = 1 },
	{ .name = "not-port-54", .port = 54 },
	{ .name = "not-a-notify", .opcode = 4 },
	{ .name = "not-2-questions", .questions = 1 },
	{ .name = "not-a-short-name", .cut = 6 },
	{ .name = "not-without-a-type", .cut = 4 },
	{ .name = "not-half-a-type", .cut = 1 },
	{ .name = "not-what-pads-the-frame", .padding = 1 },
};
#define FORMS (sizeof(forms) / sizeof(*forms))

static void make(struct packet *packet, const struct form *form, int is_answer, unsigned int id)
{
	size_t dns_size = 12 + 1 + strlen(form->name) + 1 + 4 - form->cut;
	int transport = form->not_udp ? IPPROTO_TCP : IPPROTO_UDP, next;
	int port = form->port ? form->port : 53, extensions;
	byte client[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	byte server[16] = { 0x20, 1, 0xd, 0xb8, [15] = 2 };
	byte client4[4] = { 192, 0, 2, 1 }, server4[4] = { 192, 0, 2, 2 };

	memset(packet, 0, sizeof(*packet));
	packet->size = 12; /* Ethernet addresses of zeros: the loopback interface's */
	for (int i = 0; i < form->vlan_tags; i++) {
		put16(packet, i + 1 < form->vlan_tags ? 0x88a8 : 0x8100);
		put16(packet, 100 + i);
	}
	put16(packet, form->v6 ? 0x86dd : 0x0800);

	if (form->v6) {
		extensions = form->extensions + !!form->fragment;
		next = form->extensions ? 0 : form->fragment ? 44 :
							       transport;
		put16(packet, 0x6000);
		put16(packet, 0);
		put16(packet, extensions * 8 + 8 + dns_size);
		put8(packet, next);
		put8(packet, 64);
		put(packet, is_answer ? server : client, 16);
		put(packet, is_answer ? client : server, 16);
		for (int i = 1; i <= form->extensions; i++) {
			put8(packet, i < form->extensions ? 0 : form->fragment ? 44 :
										 transport);
			put(packet, "\0\1\4\0\0\0", 7); /* of one unit; PadN */
		}
		if (form->fragment) {
			put8(packet, transport);
			put8(packet, 0);
			put16(packet, form->fragment == 2 ? 8 | 1 : 1); /* more follow */
			put(packet, "frag", 4);
		}
	} else {
		put16(packet, (0x45 + form->ip_options) << 8);
		put16(packet, 20 + form->ip_options * 4 + 8 + dns_size);
		put16(packet, 0);
		put16(packet, form->fragment == 2 ? 0x2001 : form->fragment ? 0x2000 :
									      0);
		put8(packet, 64);
		put8(packet, transport);
		put16(packet, 0);
		put(packet, is_answer ? server4 : client4, 4);
		put(packet, is_answer ? client4 : server4, 4);
		for (int i = 0; i < form->ip_options * 4; i++)
			put8(packet, 1);
	}

	put16(packet, is_answer ? port : 40000);
	put16(packet, is_answer ? 40000 : port);
	/* That of the whole datagram, of which the first fragment has a part. */
	put16(packet, 8 + dns_size - form->padding + (form->fragment == 1 ? 1000 : 0));
	put16(packet, 0);

	put16(packet, id);
	put16(packet, (is_answer ? 0x8180 : 0x0100) | form->opcode << 11);
	put16(packet, 1 + form->questions);
	put16(packet, 0);
	put16(packet, 0);
	put16(packet, 0);
	put8(packet, strlen(form->name));
	put(packet, form->name, strlen(form->name));
	put8(packet, 0);
	put16(packet, 1);
	put16(packet, 1);
	packet->size -= form->cut;
}

static int run_forms(int prog)
{
	struct packet packet;

	for (size_t i = 0; i < FORMS; i++)
		for (int is_answer = 0; is_answer < 2; is_answer++) {
			make(&packet, &forms[i], is_answer, i);
			if (is_answer && forms[i].cut)
				packet.size += forms[i].cut;
			if (run(prog, &packet, 1) < 0)
				die(forms[i].name);
		}
	return 0;
}

static uint64_t state;

static unsigned int random_below(unsigned int n) /* xorshift64: the same everywhere */
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 32) % n;
}

/* Garbage in some ways: noise, proper packets with some bytes changed, cut, or grown. */
static void make_garbage(struct packet *packet)
{
	unsigned int way = random_below(16), header;

	make(packet, &forms[random_below(FORMS)], random_below(2), random_below(64));
	header = packet->data[12] == 0x86 ? 14 + 40 : 14 + 20;
	if (way < 4) { /* anything, from somewhere behind the ethertype on */
		packet->size = 14 + random_below(300);
		for (size_t i = 14 + random_below(60); i < packet->size; i++)
			packet->data[i] = random_below(256);
	} else if (way < 12) { /* a few bytes, more often those of the name */
		for (int n = random_below(6); n >= 0; n--)
			packet->data[random_below(2) ? 14 + random_below(packet->size - 14) :
						       packet->size - 1 - random_below(packet->size - 14)] =
				random_below(3) ? random_below(256) : 0xc0;
	}
	if (way % 4 == 1) {
		packet->size = 14 + random_below(packet->size - 13);
	} else if (way % 4 == 2) {
		for (int n = random_below(1000); n > 0; n--)
			put8(packet, way == 2 ? 63 : way == 6 ? 1 :
								random_below(256));
	}
	/* Newer kernels refuse to run a bare IP packet that is shorter than its header. */
	if (!memcmp(packet->data + 12, "\x08", 2) || !memcmp(packet->data + 12, "\x86\xdd", 2))
		packet->size = packet->size < header ? header : packet->size;
}

static int fuzz(int prog, long count)
{
	struct packet packet;

	for (long i = 0; i < count; i++) {
		make_garbage(&packet);
		if (run(prog, &packet, 1) < 0)
			die("run the program");
	}
	printf("%ld\n", count);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), by_value);
	return values[count / 2];
}

/* The ns of one of a million runs: the least of many short turns, as others only add to it. */
static double least_run(int prog, const struct packet *packet)
{
	double least = 1e9;

	for (int i = 0; i < 100; i++) {
		double ns = run(prog, packet, 10000);

		if (ns < 0)
			die("run the program");
		least = ns < least ? ns : least;
	}
	return least;
}

/* The ns in the program so far. */
static double run_time(int prog)
{
	struct bpf_prog_info info = {};
	union bpf_attr attr = {
		.info = { .bpf_fd = prog, .info_len = sizeof(info), .info = (uintptr_t)&info },
	};

	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		die("read the statistics");
	return info.run_time_ns;
}

#define BATCHES 50
#define BATCH	1000

/* The ns of a run of @prog, over a batch of questions, or answers, that differ in their id. */
static double run_batch(int prog, const struct form *form, int is_answer, int first_id)
{
	double begin = run_time(prog);
	struct packet packet;

	for (int i = 0; i < BATCH; i++) {
		make(&packet, form, is_answer, first_id + i);
		if (run(prog, &packet, 1) < 0)
			die("run the program");
	}
	return (run_time(prog) - begin) / BATCH;
}

static int cost(int prog)
{
	static const struct form kinds[] = {
		{ .name = "TCP/IPv4", .not_udp = 1 },
		{ .name = "TCP/IPv6", .v6 = 1, .not_udp = 1 },
		{ .name = "UDP/IPv4, another port", .port = 54 },
		{ .name = "UDP/IPv6, another port", .v6 = 1, .port = 54 },
	};
	union bpf_attr enable = { .enable_stats = { .type = BPF_STATS_RUN_TIME } };
	double base, ns[3][BATCHES];
	struct packet packet;
	int empty = load_empty(), stats;
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);

	make(&packet, &kinds[0], 0, 1);
	base = least_run(empty, &packet);
	printf("%-28s %4.0f ns\n", "empty program", base);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		make(&packet, &kinds[i], 0, 1);
		printf("%-28s %+4.0f ns\n", kinds[i].name, least_run(prog, &packet) - base);
	}

	/* One after the other, as the second run of the same question takes another path. */
	stats = bpf(BPF_ENABLE_STATS, &enable);
	if (stats < 0)
		die("enable statistics");
	for (int v6 = 0; v6 < 2; v6++) {
		struct form pair = { .name = "a-name-of-usual.length.example.com", .v6 = v6 };

		for (int i = 0; i < BATCHES; i++) {
			ns[0][i] = run_batch(empty, &pair, 0, 0);
			ns[1][i] = run_batch(prog, &pair, 0, i * BATCH);
			ns[2][i] = run_batch(prog, &pair, 1, i * BATCH);
		}
		base = median(ns[0], BATCHES);
		printf("question/IPv%d, remembered     %+4.0f ns\n", v6 ? 6 : 4,
		       median(ns[1], BATCHES) - base);
		printf("answer/IPv%d, reported         %+4.0f ns\n", v6 ? 6 : 4,
		       median(ns[2], BATCHES) - base);
	}
	close(stats);
	return 0;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (argc == 3 && !strcmp(mode, "forms"))
		return run_forms(open_program(argv[2]));
	if (argc == 3 && !strcmp(mode, "cost"))
		return cost(open_program(argv[2]));
	if (argc == 5 && !strcmp(mode, "fuzz") && atol(argv[3]) > 0) {
		state = atol(argv[4]) * 2654435761ULL + 88172645463325252ULL;
		return fuzz(open_program(argv[2]), atol(argv[3]));
	}
	fprintf(stderr, "usage: packets forms PROG_ID | fuzz PROG_ID COUNT SEED | cost PROG_ID\n");
	return 2;
}
