// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Run the programs of cgnet.bpf.c without the loader: on our own packets by BPF_PROG_TEST_RUN. The
 * kernel makes an skb of the bytes, runs the program, and returns its verdict; no packet is sent
 * anywhere.
 *
 *	fuzz COUNT [SEED]	random and damaged packets: is each verdict, and are the counters,
 *				what a second implementation says?
 *	full			the map of the cgroups is full: are packets counted as of others?
 *	cost			what a packet costs, in ns
 *	alone DIR COMMAND...	run COMMAND while on_packet is attached to the egress of cgroup
 *				DIR the old way, and wants no other beside it
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "example.h"
#include "cgnet.h"
#include "cgnet.skel.h"

#define RULES 40

struct rule {
	int family;
	int bits;
	unsigned char address[16];
};

static struct rule rules[RULES];

/* A packet as the program's test run takes it: it begins with the Ethernet header. */
static unsigned char packet[512];

static unsigned int below(unsigned int limit)
{
	return random() % limit;
}

/* Few values for each byte, so that packets do meet rules. */
static void fill(unsigned char *to, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = below(4) ? below(3) * 127 : below(256);
}

/* ---- The second implementation: every rule, bit by bit ---- */

static bool matches(const struct rule *rule, const unsigned char *address)
{
	for (int bit = 0; bit < rule->bits; bit++)
		if ((rule->address[bit / 8] ^ address[bit / 8]) & (0x80 >> bit % 8))
			return false;
	return true;
}

static bool expected_verdict(size_t size)
{
	int ethertype = packet[12] << 8 | packet[13], family;
	size_t at;

	if (ethertype == 0x0800 && size >= 14 + 20) {
		family = AF_INET;
		at = 14 + 16;
	} else if (ethertype == 0x86dd && size >= 14 + 40) {
		family = AF_INET6;
		at = 14 + 24;
	} else {
		return false;
	}
	for (int i = 0; i < RULES; i++)
		if (rules[i].family == family && matches(&rules[i], packet + at))
			return true;
	return false;
}

/* ---- The programs ---- */

static struct cgnet_bpf *load(bool only_allowed, unsigned int allowed, unsigned int max_cgroups)
{
	struct cgnet_bpf *skel = cgnet_bpf__open();

	if (!skel)
		die("cannot open the BPF object");
	skel->rodata->only_allowed = only_allowed;
	bpf_map__set_max_entries(skel->maps.allowed, allowed);
	bpf_map__set_max_entries(skel->maps.cgroups, max_cgroups);
	if (cgnet_bpf__load(skel))
		die("cannot load the BPF object");
	return skel;
}

static void allow(struct cgnet_bpf *skel, const struct rule *rule)
{
	struct destination to = {};
	const __u8 yes = 1;

	to.protocol = htons(rule->family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
	to.bits = 32 + rule->bits;
	if (rule->family == AF_INET) {
		to.bits += 96;
		to.address[10] = to.address[11] = 0xff;
		memcpy(&to.address[12], rule->address, 4);
	} else {
		memcpy(to.address, rule->address, 16);
	}
	if (bpf_map__update_elem(skel->maps.allowed, &to, sizeof(to), &yes, sizeof(yes), BPF_ANY))
		die("cannot fill the allow-list");
}

/* Run @prog on the first @size bytes of the packet @repeat times. Returns its verdict, or -1 if
 * the kernel makes no skb of it; *@ns, if not NULL, is what one run took. */
static int run(int prog, size_t size, int repeat, __u32 *ns)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = size,
		    .repeat = repeat);

	if (bpf_prog_test_run_opts(prog, &opts)) {
		if (errno == EINVAL)
			return -1;
		die("cannot run the program");
	}
	if (ns)
		*ns = opts.duration;
	return opts.retval;
}

/* The counters of all cgroups, in the order of struct traffic. */
static void sum(struct cgnet_bpf *skel, __u64 *sums)
{
	int cpus = possible_cpus(), map = bpf_map__fd(skel->maps.cgroups);
	__u64 values[cpus * 6], id, *last = NULL;

	memset(sums, 0, 6 * sizeof(*sums));
	for (; !bpf_map_get_next_key(map, last, &id); last = &id) {
		if (bpf_map_lookup_elem(map, &id, values))
			die("cannot read the counters");
		for (int i = 0; i < cpus * 6; i++)
			sums[i % 6] += values[i];
	}
}

static void fuzz(long count, unsigned int seed)
{
	struct cgnet_bpf *skel = load(true, RULES, MAX_CGROUPS);
	static const int types[] = { 0x0800, 0x0800, 0x0800, 0x86dd,
				     0x86dd, 0x86dd, 0x8100, 0x0806 };
	int ingress = bpf_program__fd(skel->progs.on_ingress);
	int egress = bpf_program__fd(skel->progs.on_egress);
	int any = bpf_program__fd(skel->progs.on_packet);
	__u64 want[6] = {}, have[6];
	long refused = 0;

	srandom(seed);
	for (int i = 0; i < RULES; i++) {
		rules[i].family = i % 2 ? AF_INET6 : AF_INET;
		rules[i].bits = 1 + below(rules[i].family == AF_INET ? 32 : 128);
		if (i < 20)
			rules[i].bits = 4 + below(16); /* some that are often met */
		fill(rules[i].address, 16);
		allow(skel, &rules[i]);
	}
	for (long i = 0; i < count; i++) {
		size_t size = below(8) ? 14 + below(120) : 14 + below(sizeof(packet) - 14);
		int type = below(10) ? types[below(8)] : (int)below(65536), verdict;
		bool expected;

		/* Now and then all is new; else it is the last one, damaged. */
		if (!below(3))
			fill(packet, sizeof(packet));
		else
			fill(packet + below(sizeof(packet) - 16), 16);
		packet[12] = type >> 8;
		packet[13] = type;
		if (below(2)) /* an IP version that makes sense, and options or none */
			packet[14] = type == 0x86dd ? 0x60 : 0x40 | below(16);

		expected = expected_verdict(size);
		verdict = run(egress, size, 1, NULL);
		if (verdict < 0) { /* newer kernels make no skb of half a header */
			if (size >= 14 + 40)
				fail("packet %ld, %zu bytes: the kernel refuses it", i, size);
			refused++;
			continue;
		}
		if (verdict != expected)
			fail("packet %ld of seed %u, %zu bytes, ethertype %04x: verdict %d, not %d",
			     i, seed, size, type, verdict, expected);
		if (run(ingress, size, 1, NULL) != 1 || run(any, size, 1, NULL) != 1)
			fail("packet %ld of seed %u: not let in", i, seed);
		want[0]++;
		want[1] += size - 14; /* what the program sees begins behind the Ethernet header */
		want[expected ? 2 : 4]++;
		want[expected ? 3 : 5] += size - 14;
	}
	sum(skel, have);
	for (int i = 0; i < 6; i++)
		if (have[i] != want[i])
			fail("counter %d is %llu, not %llu", i, have[i], want[i]);
	printf("%ld packets: %llu allowed, %llu denied, %ld that the kernel refused\n", count,
	       want[2], want[4], refused);
	cgnet_bpf__destroy(skel);
}

static void make_udp_packet(void)
{
	memset(packet, 0, sizeof(packet));
	packet[12] = 0x08;
	packet[14] = 0x45;
	packet[14 + 9] = 17;
	memcpy(packet + 14 + 16, "\x7f\0\0\1", 4);
}

static void full(void)
{
	struct cgnet_bpf *skel = load(false, 1, 1);
	int map = bpf_map__fd(skel->maps.cgroups), cpus = possible_cpus();
	__u64 values[cpus * 6], sums[6], id = ~0ULL;

	memset(values, 0, sizeof(values));
	if (bpf_map_update_elem(map, &id, values, BPF_ANY))
		die("cannot fill the map");
	make_udp_packet();
	for (int i = 0; i < 7; i++)
		if (run(bpf_program__fd(skel->progs.on_ingress), 64, 1, NULL) != 1 ||
		    run(bpf_program__fd(skel->progs.on_egress), 64, 1, NULL) != 1)
			fail("a packet was denied");
	sum(skel, sums);
	printf("%llu counted, others: %llu received, %llu sent, %llu bytes\n", sums[0] + sums[2],
	       skel->bss->others.rx.packets, skel->bss->others.tx.packets,
	       skel->bss->others.rx.bytes + skel->bss->others.tx.bytes);
	cgnet_bpf__destroy(skel);
}

static void print_cost(const char *name, int prog)
{
	__u32 ns, best = ~0U;

	for (int i = 0; i < 7; i++) {
		if (run(prog, 64, 1000000, &ns) < 0)
			die("cannot run %s", name);
		best = ns < best ? ns : best;
	}
	printf("%-44s %4u ns\n", name, best);
}

static void cost(void)
{
	/* r0 = 1; exit */
	const struct bpf_insn empty[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
					  { .code = BPF_JMP | BPF_EXIT } };
	static const unsigned int prefixes[] = { 1, 10000 };
	int prog = bpf_prog_load(BPF_PROG_TYPE_CGROUP_SKB, "empty", "GPL", empty, 2, NULL);
	struct cgnet_bpf *skel = load(false, 1, MAX_CGROUPS);
	char name[64];

	if (prog < 0)
		die("cannot load an empty program");
	make_udp_packet();
	print_cost("empty", prog);
	print_cost("on_packet (PERCPU_CGROUP_STORAGE)", bpf_program__fd(skel->progs.on_packet));
	print_cost("on_ingress (PERCPU_HASH)", bpf_program__fd(skel->progs.on_ingress));
	print_cost("on_egress, no list", bpf_program__fd(skel->progs.on_egress));
	cgnet_bpf__destroy(skel);
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		struct rule rule = { AF_INET, 8, { 127 } };

		skel = load(true, prefixes[i], MAX_CGROUPS);
		allow(skel, &rule);
		rule.bits = 32;
		for (unsigned int j = 1; j < prefixes[i]; j++) {
			fill(rule.address + 1, 3);
			allow(skel, &rule);
		}
		snprintf(name, sizeof(name), "on_egress, %u prefixes, allowed", prefixes[i]);
		print_cost(name, bpf_program__fd(skel->progs.on_egress));
		packet[14 + 16] = 10;
		snprintf(name, sizeof(name), "on_egress, %u prefixes, denied", prefixes[i]);
		print_cost(name, bpf_program__fd(skel->progs.on_egress));
		packet[14 + 16] = 127;
		cgnet_bpf__destroy(skel);
	}
	close(prog);
}

static int alone(const char *dir, char **command)
{
	struct cgnet_bpf *skel = load(false, 1, 1);
	int prog = bpf_program__fd(skel->progs.on_packet), cgroup = open_cgroup(dir), status = 0;
	pid_t pid;

	/* No flags: neither BPF_F_ALLOW_OVERRIDE nor BPF_F_ALLOW_MULTI. This would stay if we were
	 * to end now; bpf_link_create() makes what does not. */
	if (bpf_prog_attach(prog, cgroup, BPF_CGROUP_INET_EGRESS, 0))
		die("cannot attach");
	pid = fork();
	if (!pid) {
		execv(command[0], command);
		die("cannot run %s", command[0]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		warn("cannot run %s", command[0]);
	if (bpf_prog_detach2(prog, cgroup, BPF_CGROUP_INET_EGRESS))
		die("cannot detach");
	cgnet_bpf__destroy(skel);
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	options.verbose = getenv("VERBOSE");
	if (argc >= 3 && !strcmp(mode, "fuzz"))
		fuzz(atol(argv[2]), argc > 3 ? atoi(argv[3]) : getpid());
	else if (argc == 2 && !strcmp(mode, "full"))
		full();
	else if (argc == 2 && !strcmp(mode, "cost"))
		cost();
	else if (argc >= 4 && !strcmp(mode, "alone"))
		return alone(argv[2], argv + 3);
	else
		fail("usage: testrun fuzz COUNT [SEED] | full | cost | alone DIR COMMAND...");
	return 0;
}
