// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load cgnet.bpf.c, attach it to a cgroup, and print what it counts: at the end, or every few
 * seconds. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
#include "cgnet.h"
#include "cgnet.skel.h"
#include "rows.h"

/* How often to look whether the cgroup is still there, and for the names of new ones below it:
 * a cgroup that lives less than that may have no name when it is printed. */
#define LOOK_SECONDS 0.5

static struct {
	const char *cgroup;
	double interval; /* seconds; 0: none */
	struct destination *allowed;
	size_t allowed_count;
} wanted;

static const struct argp_option options_table[] = {
	{ "allow", 'a', "CIDR", 0,
	  "Let it send to CIDR (10.0.0.0/8, fd00::/8, 192.0.2.1) and not to what no -a names", 0 },
	{ "interval", 'I', "SECONDS", 0, "Print every SECONDS, not only at the end", 0 },
	{ 0 },
};

/* Add @text to the allow-list. */
static void allow(struct argp_state *state, const char *text)
{
	struct destination to = {};
	size_t length = strcspn(text, "/");
	char address[INET6_ADDRSTRLEN] = "";
	int before = 0; /* bits before those of the address that is written */

	if (length < sizeof(address))
		memcpy(address, text, length);
	if (inet_pton(AF_INET, address, &to.address[12]) == 1) {
		to.address[10] = to.address[11] = 0xff;
		before = 96;
	} else if (inet_pton(AF_INET6, address, to.address) != 1) {
		argp_error(state, "CIDR must be like 10.0.0.0/8 or fd00::/8, not '%s'", text);
	}
	to.bits = 128;
	if (text[length])
		to.bits = before + parse_number(state, "the prefix length", text + length + 1, 0,
						128 - before);
	to.protocol =
		htons(to.bits >= 96 && IN6_IS_ADDR_V4MAPPED(to.address) ? ETH_P_IP : ETH_P_IPV6);
	to.bits += 8 * sizeof(to.protocol);

	wanted.allowed = reallocarray(wanted.allowed, wanted.allowed_count + 1, sizeof(to));
	if (!wanted.allowed)
		die("cannot remember %s", text);
	wanted.allowed[wanted.allowed_count++] = to;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'a':
		allow(state, arg);
		return 0;
	case 'I':
		wanted.interval = parse_interval(state, arg);
		return 0;
	case ARGP_KEY_ARG:
		if (wanted.cgroup)
			argp_error(state, "unexpected argument '%s'", arg);
		wanted.cgroup = arg;
		return 0;
	case ARGP_KEY_END:
		if (wanted.allowed_count && !wanted.cgroup)
			argp_error(state, "-a needs a CGROUP: without one it is the whole machine");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.args_doc = "[CGROUP]",
	.doc = "Count the packets and bytes that the processes of a cgroup v2 directory, and of those "
	       "below it, send and receive (all cgroups if there is no CGROUP), and let them send to "
	       "some addresses only.",
};

/* ---- The cgroup ---- */

/* The id of the cgroup that @link is attached to; 0 once it is not any more. */
static __u64 attached_to(int link)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	if (bpf_link_get_info_by_fd(link, &info, &size))
		die("cannot look at the link");
	return info.cgroup.cgroup_id;
}

/* ---- Printing them ---- */

static __u64 bytes(const struct row *row)
{
	return row->interval.rx.bytes + row->interval.tx.bytes + row->interval.denied.bytes;
}

static __u64 packets(const struct row *row)
{
	return row->interval.rx.packets + row->interval.tx.packets + row->interval.denied.packets;
}

static int by_bytes(const void *a, const void *b)
{
	__u64 x = bytes(a), y = bytes(b);

	return x < y ? 1 : x > y ? -1 :
				   0;
}

static void print_row(const struct bpf_object *object, const struct row *row, enum scope scope)
{
	const struct traffic *traffic = &row->interval;
	static struct event event;

	if (!options.json) {
		printf("%10llu %14llu %10llu %14llu %10llu %s", traffic->rx.packets,
		       traffic->rx.bytes, traffic->tx.packets, traffic->tx.bytes,
		       traffic->denied.packets, scope == SCOPE_TOTAL ? "all of " : "");
		print_text(stdout, row->path, strlen(row->path));
		putchar('\n');
		return;
	}
	event = (struct event){
		.time_ns = now_ns(),
		.cgroup_id = row->id,
		.rx_packets = traffic->rx.packets,
		.rx_bytes = traffic->rx.bytes,
		.tx_packets = traffic->tx.packets,
		.tx_bytes = traffic->tx.bytes,
		.denied_packets = traffic->denied.packets,
		.denied_bytes = traffic->denied.bytes,
		.scope = scope,
	};
	snprintf(event.cgroup, sizeof(event.cgroup), "%s", row->path);
	print_record(object, "event", &event, sizeof(event));
}

/* Print what is new since the last table, the busiest cgroup first and the total last. Returns how
 * many packets that is. */
static __u64 print_table(struct cgnet_bpf *skel, int mount)
{
	bool has_total = update_table(skel, mount);
	__u64 count = packets(&table.others);

	qsort(table.rows, table.count, sizeof(*table.rows), by_bytes);
	if (!options.json)
		printf("%10s %14s %10s %14s %10s %s\n", "RX_PACKETS", "RX_BYTES", "TX_PACKETS",
		       "TX_BYTES", "DENIED", "CGROUP");
	for (size_t i = 0; i < table.count && bytes(&table.rows[i]); i++) {
		count += packets(&table.rows[i]);
		print_row(skel->obj, &table.rows[i], SCOPE_CGROUP);
	}
	if (bytes(&table.others))
		print_row(skel->obj, &table.others, SCOPE_OTHERS);
	if (has_total)
		print_row(skel->obj, &table.total, SCOPE_TOTAL);
	if (!options.json)
		putchar('\n');
	flush_output();
	return count;
}

/* ---- Life ---- */

static void die_attaching(int cgroup)
{
	const char *hint = NULL;
	__u32 count = 0;
	int err = errno;

	/* To ask what is attached takes the capability that to attach takes. */
	if (err == EPERM && bpf_prog_query(cgroup, BPF_CGROUP_INET_EGRESS, BPF_F_QUERY_EFFECTIVE,
					   NULL, NULL, &count) == -EPERM)
		hint = "run it with sudo (or grant CAP_NET_ADMIN)";
	else if (err == EPERM && count)
		hint = "another program there, or above, was attached without BPF_F_ALLOW_MULTI "
		       "and so wants to be alone: bpftool cgroup tree shows it";
	else if (err == E2BIG) /* BPF_CGROUP_MAX_PROGS of the kernel's include/linux/bpf-cgroup.h */
		hint = "64 programs in one direction are the most that a cgroup can have: bpftool cgroup tree "
		       "shows them";
	if (hint)
		fail("cannot attach to cgroup %s: %s\n  hint: %s", wanted.cgroup, strerror(err),
		     hint);
	errno = err;
	die("cannot attach to cgroup %s", wanted.cgroup);
}

/* Attach @prog by hand, in the direction @type. Returns the link's file descriptor. */
static int attach(const struct bpf_program *prog, int cgroup, enum bpf_attach_type type)
{
	int link = bpf_link_create(bpf_program__fd(prog), cgroup, type, NULL);

	if (link < 0)
		die_attaching(cgroup);
	return link;
}

int main(int argc, char **argv)
{
	int cgroup, ingress, egress, status = 0;
	const __u8 yes = 1;
	struct cgnet_bpf *skel;
	bool removed;
	__u64 count = 0;

	parse_options(&argp, argc, argv);
	if (!wanted.cgroup)
		wanted.cgroup = "."; /* where cgroup2 is mounted */
	cgroup = open_cgroup(wanted.cgroup);

	/* Open, and set what must be known before the maps are made and the programs verified. */
	skel = cgnet_bpf__open();
	if (!skel)
		die("cannot open the BPF object");
	skel->rodata->only_allowed = wanted.allowed_count;
	if (wanted.allowed_count)
		bpf_map__set_max_entries(skel->maps.allowed, wanted.allowed_count);

	/* Load: create the maps, and verify the programs. The list is complete before it counts. */
	if (cgnet_bpf__load(skel))
		die("cannot load the BPF object");
	for (size_t i = 0; i < wanted.allowed_count; i++)
		if (bpf_map__update_elem(skel->maps.allowed, &wanted.allowed[i],
					 sizeof(wanted.allowed[i]), &yes, sizeof(yes), BPF_ANY))
			die("cannot fill the allow-list");

	/* Read: have room for the counters. */
	make_table();

	/*
	 * Attach, always by links: the kernel detaches when we are gone, and a link leaves room
	 * for others (it is always BPF_F_ALLOW_MULTI). bpf_program__attach_cgroup() takes the
	 * direction from the section's name. "cgroup/skb" names none, and would be attached to
	 * ingress, which is 0; the kernel takes it in both, if it is told which.
	 */
	ingress = attach(skel->progs.on_packet, cgroup, BPF_CGROUP_INET_INGRESS);
	egress = attach(skel->progs.on_packet, cgroup, BPF_CGROUP_INET_EGRESS);
	skel->links.on_ingress = bpf_program__attach_cgroup(skel->progs.on_ingress, cgroup);
	skel->links.on_egress = bpf_program__attach_cgroup(skel->progs.on_egress, cgroup);
	if (!skel->links.on_ingress || !skel->links.on_egress)
		die_attaching(cgroup);
	table.total.id = attached_to(egress);
	table.total.path = find_row(cgroup, table.total.id)->path; /* while it is there */
	attached("cgroup %s, ingress and egress", wanted.cgroup);

	while (running() && attached_to(bpf_link__fd(skel->links.on_egress))) {
		bool due = wait_for_summary(wanted.interval, LOOK_SECONDS);

		find_cgroups(bpf_map__fd(skel->maps.cgroups), cgroup);
		if (due)
			count += print_table(skel, cgroup);
	}

	if (!attached_to(bpf_link__fd(skel->links.on_egress))) {
		removed = faccessat(cgroup, "cgroup.procs", F_OK, 0);
		warn(removed ? "the cgroup was removed, and its totals with it" :
			       "somebody has detached it (bpftool link detach?)");
		status = removed ? 0 : EXIT_FAILED;
	}

	/* Detach before the last look, so that it has all. Storage lives as long as its cgroup
	 * and its map, not only while a program is attached. */
	cgnet_bpf__detach(skel);
	close(ingress);
	close(egress);
	count += print_table(skel, cgroup);
	report(count, 0); /* what there is no room for is counted as of others, not dropped */

	cgnet_bpf__destroy(skel);
	free_table();
	free(wanted.allowed);
	return status;
}
