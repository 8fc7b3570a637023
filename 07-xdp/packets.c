// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Packets for the tests and the benchmark, none of which needs a network:
 *
 *	packets fuzz PROGRAM COUNT SEED CIDR...
 *		run COUNT odd packets through the XDP program with the id PROGRAM, whose verdicts
 *		must be those of the parser here, with these rules; print what each rule dropped
 *	packets bench PROGRAM|empty SOURCE
 *		print the ns that a packet from there takes in it
 *	packets send IFACE HEX...
 *		put frames, as they are, on an interface
 *	packets foreign NAME [IFACE]
 *		load an XDP program that passes everything, print its id, attach it by a link to
 *		IFACE, and wait to be ended
 *	packets gone COMMAND...
 *		exec COMMAND where each BPF program is gone before it can be opened by its id
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "packets: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int load_program(const char *name)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_XDP };
	int fd;

	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(*insns);
	attr.license = (uintptr_t) "GPL";
	strncpy(attr.prog_name, name, sizeof(attr.prog_name) - 1);
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		die("cannot load a program");
	return fd;
}

static int open_program(const char *id)
{
	union bpf_attr attr = {};
	int fd;

	attr.prog_id = atoi(id);
	fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	if (fd < 0)
		die("cannot open the program");
	return fd;
}

/* Run the program @repeat times; returns its verdict, and the ns of one run in @ns. */
static int run(int fd, const uint8_t *packet, size_t size, uint32_t repeat, uint32_t *ns)
{
	union bpf_attr attr = {};
	uint8_t out[4096];

	attr.test.prog_fd = fd;
	attr.test.data_in = (uintptr_t)packet;
	attr.test.data_size_in = size;
	attr.test.data_out = (uintptr_t)out;
	attr.test.data_size_out = sizeof(out);
	attr.test.repeat = repeat;
	if (bpf(BPF_PROG_TEST_RUN, &attr))
		return -1;
	if (ns)
		*ns = attr.test.duration;
	return attr.test.retval;
}

/* ---- The other parser: by plain offsets, to be sure that it has no mistake in common ---- */

struct rule {
	const char *text;
	int family;
	unsigned int len;
	uint8_t addr[16];
	uint64_t packets, bytes;
};

static struct rule *rules;
static size_t rule_count;

static void parse_rules(char **texts, size_t count)
{
	rules = calloc(count, sizeof(*rules));
	for (rule_count = 0; rule_count < count; rule_count++) {
		struct rule *rule = &rules[rule_count];
		char address[64];

		rule->text = texts[rule_count];
		rule->family = strchr(rule->text, ':') ? AF_INET6 : AF_INET;
		if (sscanf(rule->text, "%63[^/]/%u", address, &rule->len) != 2 ||
		    inet_pton(rule->family, address, rule->addr) != 1) {
			fprintf(stderr, "packets: what is %s?\n", rule->text);
			exit(2);
		}
	}
}

static struct rule *longest_match(int family, const uint8_t *addr)
{
	struct rule *best = NULL;

	for (size_t i = 0; i < rule_count; i++) {
		struct rule *rule = &rules[i];
		unsigned int bit;

		if (rule->family != family || (best && best->len >= rule->len))
			continue;
		for (bit = 0; bit < rule->len; bit++)
			if ((addr[bit / 8] ^ rule->addr[bit / 8]) & (0x80 >> bit % 8))
				break;
		if (bit == rule->len)
			best = rule;
	}
	return best;
}

enum kind { OTHER,
	    MALFORMED,
	    IPV4,
	    IPV6 };

static unsigned int be16(const uint8_t *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

/* What is this frame, and where is its source address? */
static enum kind classify(const uint8_t *frame, size_t size, const uint8_t **source)
{
	size_t type = 12; /* the offset of the ethertype */

	for (int tags = 0; size >= type + 2 && tags < 2; tags++, type += 4)
		if (be16(frame + type) != 0x8100 && be16(frame + type) != 0x88a8)
			break;
	if (size < type + 2)
		return MALFORMED;
	frame += type + 2;
	size -= type + 2;
	switch (be16(frame - 2)) {
	case 0x0800:
		if (size < 20 || frame[0] < 0x45 || frame[0] > 0x4f || size < (frame[0] & 15) * 4u)
			return MALFORMED;
		*source = frame + 12;
		return IPV4;
	case 0x86dd:
		if (size < 40 || frame[0] < 0x60 || frame[0] > 0x6f)
			return MALFORMED;
		*source = frame + 8;
		return IPV6;
	default:
		return OTHER;
	}
}

/* ---- Odd packets ---- */

static uint64_t state;

static uint32_t random_below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % n;
}

static void random_bytes(uint8_t *bytes, size_t size)
{
	while (size--)
		*bytes++ = random_below(256);
}

/* An address inside of a rule, or just beside it; or any. */
static void random_source(uint8_t *addr, int family)
{
	const struct rule *rule = &rules[random_below(rule_count)];
	unsigned int keep;

	random_bytes(addr, family == AF_INET ? 4 : 16);
	if (rule->family != family || !random_below(8))
		return;
	keep = rule->len;
	for (unsigned int bit = 0; bit < keep; bit++) {
		uint8_t one = 0x80 >> bit % 8;

		addr[bit / 8] = (addr[bit / 8] & ~one) | (rule->addr[bit / 8] & one);
	}
	if (keep && !random_below(4))
		addr[(keep - 1) / 8] ^= 0x80 >> (keep - 1) % 8;
}

/* Returns its size: from @least to 256 bytes. */
static size_t random_packet(uint8_t *packet, size_t least)
{
	static const uint16_t types[] = { 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x9100, 0x0000 };
	size_t size = 60 + random_below(196), type = 12, cut;
	uint16_t ethertype = types[random_below(7)];

	random_bytes(packet, size);
	for (int tags = random_below(4); tags > 0; tags--, type += 4) {
		packet[type] = random_below(2) ? 0x81 : 0x88;
		packet[type + 1] = packet[type] == 0x81 ? 0x00 : 0xa8;
	}
	packet[type] = ethertype >> 8;
	packet[type + 1] = ethertype;
	if (ethertype == 0x0800) {
		packet[type + 2] = 0x40 + (random_below(3) ? 5 : random_below(16));
		random_source(packet + type + 2 + 12, AF_INET);
	} else if (ethertype == 0x86dd) {
		packet[type + 2] = 0x60 + random_below(16);
		random_source(packet + type + 2 + 8, AF_INET6);
	}
	/* Where it is cut matters most around the headers. */
	if (!random_below(2)) {
		cut = least + random_below(type + 64 - least);
		size = cut < size ? cut : size;
	}
	if (!random_below(4))
		for (int flips = 1 + random_below(4); flips > 0 && size > 12; flips--)
			packet[random_below(2) ? random_below(size) : 12 + random_below(size - 12)] ^=
				1 << random_below(8);
	return size;
}

static int fuzz(int fd, long count, uint64_t seed)
{
	unsigned long kinds[4] = {}, dropped = 0;
	uint8_t packet[512] = {};
	size_t least, size;

	state = seed * 0x9e3779b97f4a7c15ULL | 1;
	/* How short a packet does this kernel take? 5.10 takes any, and this one counts then;
	 * 6.1 wants an Ethernet header. */
	least = run(fd, packet, 1, 1, NULL) < 0 ? 14 : 0;
	if (!least)
		kinds[MALFORMED]++;
	for (long i = least ? 0 : 1; i < count; i++) {
		const uint8_t *source = NULL;
		struct rule *rule = NULL;
		enum kind kind;
		int verdict;

		size = random_packet(packet, least);
		kind = classify(packet, size, &source);
		kinds[kind]++;
		if (kind == IPV4 || kind == IPV6)
			rule = longest_match(kind == IPV4 ? AF_INET : AF_INET6, source);
		verdict = run(fd, packet, size, 1, NULL);
		if (verdict < 0)
			die("cannot run the program");
		if (verdict != (rule ? XDP_DROP : XDP_PASS)) {
			printf("verdict %d for packet %ld of seed %lu, by rule %s:", verdict, i, seed,
			       rule ? rule->text : "none");
			for (size_t j = 0; j < size; j++)
				printf(" %02x", packet[j]);
			printf("\n");
			return 1;
		}
		if (rule) {
			rule->packets++;
			rule->bytes += size;
			dropped++;
		}
	}
	for (size_t i = 0; i < rule_count; i++)
		printf("{\"rule\":\"%s\",\"packets\":%lu,\"bytes\":%lu}\n", rules[i].text, rules[i].packets,
		       rules[i].bytes);
	fprintf(stderr, "%lu packets dropped, %lu passed, %lu of them malformed\n", dropped,
		count - dropped, kinds[MALFORMED]);
	return 0;
}

/* ---- The rest ---- */

static int bench(int fd, const char *source)
{
	uint8_t packet[64] = { [12] = 0x08 };
	uint32_t ns;

	packet[14] = 0x45;
	packet[23] = IPPROTO_UDP;
	if (strchr(source, ':')) {
		packet[12] = 0x86;
		packet[13] = 0xdd;
		packet[14] = 0x60;
		inet_pton(AF_INET6, source, packet + 22);
	} else {
		inet_pton(AF_INET, source, packet + 26);
	}
	if (run(fd, packet, sizeof(packet), 2000000, &ns) < 0)
		die("cannot run the program");
	printf("%u\n", ns);
	return 0;
}

static int send_frames(const char *interface, char **frames)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(interface) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	uint8_t frame[1024];

	for (; *frames; frames++) {
		size_t size = 0;

		for (const char *hex = *frames; sscanf(hex, "%2hhx", &frame[size]) == 1; hex += 2)
			size++;
		if (fd < 0 || sendto(fd, frame, size, 0, (void *)&to, sizeof(to)) < 0)
			die("cannot send");
	}
	return 0;
}

static int foreign(const char *name, const char *interface)
{
	struct bpf_prog_info info = {};
	union bpf_attr attr = {};
	int fd = load_program(name);

	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		die("cannot look at the program");
	if (interface) {
		memset(&attr, 0, sizeof(attr));
		attr.link_create.prog_fd = fd;
		attr.link_create.target_ifindex = if_nametoindex(interface);
		attr.link_create.attach_type = BPF_XDP;
		if (bpf(BPF_LINK_CREATE, &attr) < 0)
			die("cannot attach");
	}
	printf("%u\n", info.id);
	fflush(stdout);
	fprintf(stderr, "packets: attached to %s\n", interface ?: "nothing");
	pause();
	return 0;
}

static int gone(char **command)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BPF_PROG_GET_FD_BY_ID, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOENT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(filter) / sizeof(*filter), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		die("cannot set a filter of system calls");
	execvp(*command, command);
	die(*command);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (!strcmp(mode, "fuzz") && argc > 5) {
		parse_rules(argv + 5, argc - 5);
		return fuzz(open_program(argv[2]), atol(argv[3]), strtoull(argv[4], NULL, 0));
	}
	if (!strcmp(mode, "bench") && argc == 4)
		return bench(strcmp(argv[2], "empty") ? open_program(argv[2]) : load_program("empty"),
			     argv[3]);
	if (!strcmp(mode, "send") && argc > 3)
		return send_frames(argv[2], argv + 3);
	if (!strcmp(mode, "foreign") && (argc == 3 || argc == 4))
		return foreign(argv[2], argv[3]);
	if (!strcmp(mode, "gone") && argc > 2)
		return gone(argv + 2);
	fprintf(stderr, "usage: packets fuzz PROGRAM COUNT SEED CIDR... | bench PROGRAM|empty SOURCE |\n"
			"       send IFACE HEX... | foreign NAME [IFACE] | gone COMMAND...\n");
	return 2;
}
