// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The other side of the tests and the benchmark:
 *
 *	porttest serve tcp|udp PORT		answer all that comes with the same text
 *	porttest ask tcp|udp ADDRESS PORT TEXT	send TEXT, and print the answer; the socket is
 *						connected, so an answer from another port is none
 *	porttest send N PORT			send N bytes to everybody who connects by TCP
 *	porttest receive ADDRESS PORT		connect by TCP, and print how many bytes come
 *	porttest paged PORT			send a UDP packet to PORT over lo whose headers, but
 *						for Ethernet's, are not in the linear part of its skb
 *	porttest fuzz N SEED FROM TO		N packets, random and mutated, through the programs of
 *						the tool that runs with FROM:TO, by BPF_PROG_TEST_RUN;
 *						what comes out must be what the C code here expects
 *	porttest cost N				ns that the running tool with 8080:80 80:8080 takes for
 *						a packet that it rewrites (to and fro, as the same packet
 *						runs N times), for one that it does not, and an empty
 *						program
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <linux/filter.h>

static void fail(const char *what)
{
	fprintf(stderr, "porttest: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- Real traffic ---- */

static int open_socket(const char *proto, const char *address, const char *port, bool listening)
{
	struct addrinfo hints = {
		.ai_family = address ? AF_UNSPEC : AF_INET6, /* :: takes IPv4 as well */
		.ai_socktype = strcmp(proto, "tcp") ? SOCK_DGRAM : SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | (listening ? AI_PASSIVE : 0),
	};
	struct timeval five_seconds = { .tv_sec = 5 };
	struct addrinfo *to;
	int one = 1, fd;

	if (getaddrinfo(address, port, &hints, &to))
		fail(address);
	fd = socket(to->ai_family, to->ai_socktype, 0);
	if (fd < 0)
		fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!listening)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &five_seconds, sizeof(five_seconds));
	if (listening ? bind(fd, to->ai_addr, to->ai_addrlen) :
			connect(fd, to->ai_addr, to->ai_addrlen))
		fail(listening ? "bind" : "connect");
	freeaddrinfo(to);
	return fd;
}

static void serve(const char *proto, const char *port)
{
	int fd = open_socket(proto, NULL, port, true);
	struct sockaddr_storage from;
	socklen_t size;
	char text[2000];
	ssize_t n;

	if (!strcmp(proto, "tcp")) {
		if (listen(fd, 16))
			fail("listen");
		for (;;) {
			int connection = accept(fd, NULL, NULL);

			while ((n = read(connection, text, sizeof(text))) > 0)
				if (write(connection, text, n) < 0)
					break;
			close(connection);
		}
	}
	for (;;) {
		size = sizeof(from);
		n = recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&from, &size);
		if (n >= 0)
			sendto(fd, text, n, 0, (struct sockaddr *)&from, size);
	}
}

static void ask(const char *proto, const char *address, const char *port, const char *text)
{
	int fd = open_socket(proto, address, port, false);
	char answer[2000];
	ssize_t n;

	if (write(fd, text, strlen(text)) < 0)
		fail("send");
	n = read(fd, answer, sizeof(answer) - 1);
	if (n < 0)
		fail("no answer");
	answer[n] = 0;
	printf("%s\n", answer);
}

static void send_bytes(long count, const char *port)
{
	static char bytes[1 << 16];
	int fd = open_socket("tcp", NULL, port, true), connection;

	if (listen(fd, 16))
		fail("listen");
	while ((connection = accept(fd, NULL, NULL)) >= 0) {
		for (long left = count; left > 0; left -= sizeof(bytes))
			if (write(connection, bytes, left < (long)sizeof(bytes) ? left : (long)sizeof(bytes)) < 0)
				break;
		close(connection);
	}
}

static void receive_bytes(const char *address, const char *port)
{
	int fd = open_socket("tcp", address, port, false);
	char bytes[1 << 16];
	long count = 0;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		count += n;
	printf("%ld%s\n", count, n ? " and no end" : "");
}

/* A packet socket with virtio_net headers is told how much of a packet is linear: hdr_len, if all of
 * it is more than a page. */
static void send_paged(int port)
{
	struct sockaddr_ll lo = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex("lo") };
	struct {
		struct virtio_net_hdr header;
		uint8_t frame[14 + 20 + 8 + 5000];
	} __attribute__((packed)) packet = {
		.header.hdr_len = 14,
		// clang-format off
		.frame = { [12] = 0x08, 0, 0x45, 0, 0x13, 0xa4, [22] = 64, 17, [26] = 127, 0, 0, 1,
			   127, 0, 0, 1, 4, 0xd2, port >> 8, port & 0xff, 0x13, 0x90 },
		// clang-format on
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)))
		fail("packet socket");
	lo.sll_protocol = htons(ETH_P_IP);
	if (sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&lo, sizeof(lo)) < 0)
		fail("send");
}

/* ---- Made packets ---- */

/* The newest loaded program with this name: the tool's, if it was the last to load. */
static int find_program(const char *name)
{
	__u32 id = 0, found = 0;
	int fd;

	while (!bpf_prog_get_next_id(id, &id)) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		fd = bpf_prog_get_fd_by_id(id);
		if (fd >= 0 && !bpf_prog_get_info_by_fd(fd, &info, &size) && !strcmp(info.name, name))
			found = id;
		if (fd >= 0)
			close(fd);
	}
	fd = found ? bpf_prog_get_fd_by_id(found) : -1;
	if (fd < 0)
		fail("portmap's program is not loaded");
	return fd;
}

static uint64_t seed;

static uint32_t random_number(uint32_t below)
{
	seed ^= seed << 13; /* xorshift64, so that a seed repeats the run anywhere */
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 16) % below;
}

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static unsigned int get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* A packet that mostly makes sense: VLAN tags, IPv4 with options or IPv6 with extension headers,
 * TCP or UDP, one of the interesting ports at either end. Returns its length. */
static size_t make_packet(uint8_t *packet, unsigned int from, unsigned int to)
{
	const unsigned int ports[] = { from, to, from ^ 1, 53 };
	uint8_t *at = packet + 12, *next;
	int tags = random_number(8) == 0 ? 1 + random_number(3) : 0;
	bool udp = random_number(2), v6 = random_number(2);

	memset(packet, 0, 512);
	for (int i = 0; i < tags; i++, at += 4) {
		put16(at, random_number(2) ? 0x8100 : 0x88a8);
		put16(at + 2, random_number(65536));
	}
	put16(at, v6 ? 0x86dd : 0x0800);
	at += 2;
	if (v6) {
		at[0] = 0x60;
		at[7] = 64;
		next = &at[6];
		at += 40;
		for (int i = random_number(4) ? 0 : random_number(8); i > 0; i--) {
			static const uint8_t kinds[] = { 0, 43, 44, 60 };
			uint8_t kind = kinds[random_number(4)];

			*next = kind;
			next = &at[0];
			at[1] = random_number(3);
			if (random_number(4))
				put16(at + 2, 1); /* in a fragment header: the first fragment */
			else
				put16(at + 2, random_number(65536));
			at += kind == 44 ? 8 : 8 + 8 * at[1];
		}
		*next = udp ? 17 : 6;
	} else {
		int options = random_number(4) ? 0 : random_number(11);

		at[0] = 0x45 + options;
		if (random_number(8) == 0)
			put16(at + 6, random_number(65536));
		at[8] = 64;
		at[9] = udp ? 17 : 6;
		at += 20 + 4 * options;
	}
	put16(at, ports[random_number(4)]);
	put16(at + 2, ports[random_number(4)]);
	put16(at + (udp ? 6 : 16), random_number(4) ? random_number(65536) : 0);
	return at + (udp ? 8 : 20) - packet + random_number(60);
}

/* The checksum field @at after 16 bits that it covers changed: RFC 1624, as the kernel computes it. */
static void replace_checksum(uint8_t *at, unsigned int from, unsigned int to)
{
	uint32_t sum = (~get16(at) & 0xffff) + (~from & 0xffff) + 0xffff + to;

	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(at, ~sum);
}

/* What the tool must make of @packet, parsed in another way than it does. */
static void expect_rewrite(uint8_t *packet, size_t size, bool egress, unsigned int from,
			   unsigned int to)
{
	size_t at = 14, transport;
	unsigned int type, proto, port;
	int tags = 0, extensions = 0;
	uint8_t *check;

	if (size < 14)
		return;
	for (type = get16(packet + 12); (type == 0x8100 || type == 0x88a8) && tags < 2; tags++) {
		if (size < at + 4)
			return;
		type = get16(packet + at + 2);
		at += 4;
	}
	if (type == 0x0800) {
		unsigned int header;

		if (size < at + 20 || packet[at] >> 4 != 4)
			return;
		header = 4 * (packet[at] & 15);
		if (header < 20 || size < at + header || get16(packet + at + 6) & 0x1fff)
			return;
		proto = packet[at + 9];
		transport = at + header;
	} else if (type == 0x86dd) {
		if (size < at + 40 || packet[at] >> 4 != 6)
			return;
		proto = packet[at + 6];
		at += 40;
		while (proto == 0 || proto == 43 || proto == 44 || proto == 60) {
			unsigned int length;

			if (++extensions > 6 || size < at + 4)
				return;
			if (proto == 44 && get16(packet + at + 2) & 0xfff8)
				return;
			length = proto == 44 ? 8 : 8 + 8 * packet[at + 1];
			proto = packet[at];
			if (size < at + length)
				return;
			at += length;
		}
		if (extensions == 6) /* the parser gives up there, whatever follows */
			return;
		transport = at;
	} else {
		return;
	}
	if ((proto != 6 || size < transport + 20) && (proto != 17 || size < transport + 8))
		return;
	check = packet + transport + (proto == 6 ? 16 : 6);
	port = transport + (egress ? 0 : 2);
	if (get16(packet + port) != (egress ? to : from))
		return;
	if (proto == 6 || get16(check)) {
		replace_checksum(check, egress ? to : from, egress ? from : to);
		if (proto == 17 && !get16(check))
			put16(check, 0xffff);
	}
	put16(packet + port, egress ? from : to);
}

static void fuzz(long count, unsigned int from, unsigned int to)
{
	int programs[] = { find_program("on_ingress"), find_program("on_egress") };
	uint8_t packet[1024], expected[1024], output[1024];
	long run = 0, changed = 0;

	while (run < count) {
		bool egress = random_number(2);
		size_t size = make_packet(packet, from, to);
		LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_out = output,
			    .data_size_out = sizeof(output), .repeat = 1);

		/* Some are mutated, some cut short, some noise altogether. */
		if (random_number(2))
			for (int n = random_number(6); n > 0; n--)
				packet[random_number(size)] = random_number(256);
		if (random_number(4) == 0)
			size = 14 + random_number(size - 13);
		if (random_number(50) == 0)
			for (size_t i = 0; i < size; i++)
				packet[i] = random_number(256);
		opts.data_size_in = size;
		if (bpf_prog_test_run_opts(programs[egress], &opts)) {
			if (errno == EINVAL) /* the kernel itself refuses IP packets without IP header */
				continue;
			fail("BPF_PROG_TEST_RUN");
		}
		memcpy(expected, packet, size);
		expect_rewrite(expected, size, egress, from, to);
		if (opts.data_size_out != size || memcmp(output, expected, size)) {
			printf("packet %ld, %s, %zu bytes, is not rewritten as expected:\n", run,
			       egress ? "egress" : "ingress", size);
			for (size_t i = 0; i < size; i++)
				printf("%02x%s", packet[i], output[i] != expected[i] ? "!" : " ");
			printf("\n");
			exit(1);
		}
		run++;
		changed += memcmp(packet, expected, size) != 0;
	}
	printf("%ld packets, %ld rewritten, all as expected\n", run, changed);
}

static void cost(int repeat)
{
	struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = -1 }, /* r0 = TC_ACT_UNSPEC */
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int empty = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "empty", "GPL", nothing, 2, NULL);
	int ingress = find_program("on_ingress"), egress = find_program("on_egress");
	uint8_t packet[64] = { [12] = 8, [14] = 0x45, [22] = 64, [23] = 6 }; /* TCP over IPv4 */
	struct {
		const char *what;
		int program, from, to;
	} runs[] = {
		{ "empty program", empty, 53, 53 },
		{ "not rewritten", ingress, 53, 53 },
		{ "rewritten on ingress", ingress, 1234, 8080 },
		{ "rewritten on egress", egress, 8080, 1234 },
	};

	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet),
			    .repeat = repeat);

		put16(packet + 34, runs[i].from);
		put16(packet + 36, runs[i].to);
		if (bpf_prog_test_run_opts(runs[i].program, &opts))
			fail("BPF_PROG_TEST_RUN");
		printf("%-22s %u ns\n", runs[i].what, opts.duration);
	}
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (!strcmp(mode, "serve") && argc == 4) {
		serve(argv[2], argv[3]);
	} else if (!strcmp(mode, "ask") && argc == 6) {
		ask(argv[2], argv[3], argv[4], argv[5]);
	} else if (!strcmp(mode, "send") && argc == 4) {
		send_bytes(atol(argv[2]), argv[3]);
	} else if (!strcmp(mode, "receive") && argc == 4) {
		receive_bytes(argv[2], argv[3]);
	} else if (!strcmp(mode, "paged") && argc == 3) {
		send_paged(atoi(argv[2]));
	} else if (!strcmp(mode, "fuzz") && argc == 6) {
		seed = strtoull(argv[3], NULL, 0) | 1;
		fuzz(atol(argv[2]), atoi(argv[4]), atoi(argv[5]));
	} else if (!strcmp(mode, "cost") && argc == 3) {
		cost(atoi(argv[2]));
	} else {
		fprintf(stderr, "usage: porttest serve PROTO PORT | ask PROTO ADDRESS PORT TEXT | "
				"send N PORT | receive ADDRESS PORT | paged PORT | fuzz N SEED FROM TO | cost N\n");
		return 2;
	}
	return 0;
}
