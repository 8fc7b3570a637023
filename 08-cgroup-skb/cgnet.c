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
			argp_error(state, "one CGROUP only: what is '%s'?", arg);
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

/*
 * The path of the cgroup with this @id: it is the file handle of its directory, and so that can
 * be opened by it. Any directory of the same file system will do as @mount. The caller frees it.
 */
static char *cgroup_path(int mount, __u64 id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} u = { .handle.handle_bytes = sizeof(id) };
	char link[32], path[PATH_SIZE] = "";
	int mount_id, fd;

	/* The handle of @mount, for its type; then the id takes the place of that one's. */
	if (name_to_handle_at(mount, "", &u.handle, &mount_id, AT_EMPTY_PATH))
		die("cannot get the handle of the cgroup");
	memcpy(u.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(mount, &u.handle, O_PATH | O_CLOEXEC);
	if (fd < 0) {
		snprintf(path, sizeof(path), "(id %llu: %s)", id,
			 errno == EPERM ? "its name needs CAP_DAC_READ_SEARCH" : "removed");
	} else {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		if (readlink(link, path, sizeof(path) - 1) < 0)
			die("cannot read %s", link);
		close(fd);
	}
	return strdup(path);
}

/* ---- Reading the counters ---- */

/* A cgroup of which there was a packet. */
struct row {
	__u64 id;
	char *path;
	struct traffic seen;	 /* up to the last table */
	struct traffic interval; /* since */
};

static struct {
	struct row *rows;
	size_t count;
	struct row others; /* beyond MAX_CGROUPS */
	struct row total;  /* of the cgroup that we are attached to */
} table = { .others.path = "(others)" };

static int cpus;      /* possible ones: so many values a look-up yields */
static __u64 *values; /* room for them */

/*
 * Look up @key in a per-CPU map whose values are @n counters, and add up those of all CPUs.
 * Returns 0, or -1 with errno set if it is not there.
 */
static int look_up(int map, const void *key, void *sums, size_t n)
{
	__u64 *sum = sums;

	if (bpf_map_lookup_elem(map, key, values))
		return -1;
	memset(sum, 0, n * sizeof(*sum));
	for (size_t i = 0; i < cpus * n; i++)
		sum[i % n] += values[i];
	return 0;
}

/* @now is what has been counted: set what is new since the last table. */
static void update_row(struct row *row, const struct traffic *now)
{
	const __u64 *count = (const __u64 *)now;
	__u64 *seen = (__u64 *)&row->seen, *interval = (__u64 *)&row->interval;

	for (size_t i = 0; i < sizeof(*now) / sizeof(*count); i++)
		interval[i] = count[i] - seen[i];
	row->seen = *now;
}

static struct row *find_row(int mount, __u64 id)
{
	struct row *row = table.rows;

	while (row < table.rows + table.count && row->id != id)
		row++;
	if (row == table.rows + table.count) {
		row->id = id;
		row->path = cgroup_path(mount, id);
		table.count++;
	}
	return row;
}

/* Have a row for each cgroup that is in @map by now. */
static void find_cgroups(int map, int mount)
{
	__u64 id, *last = NULL;

	while (!bpf_map_get_next_key(map, last, &id)) {
		find_row(mount, id);
		last = &id;
	}
	if (errno != ENOENT)
		die("cannot read the cgroups");
}

static void read_cgroups(int map)
{
	struct traffic now;

	for (size_t i = 0; i < table.count; i++) {
		struct row *row = &table.rows[i];

		if (!look_up(map, &row->id, &now, sizeof(now) / sizeof(__u64)))
			update_row(row, &now);
		else if (errno != ENOENT) /* that one we are attached to has sent nothing yet */
			die("cannot read the counters");
	}
}

/* Read the total of one direction. Returns false if it is gone: it goes with its cgroup. */
static bool read_total(int map, enum bpf_attach_type direction, struct total *total)
{
	struct bpf_cgroup_storage_key key = {
		.cgroup_inode_id = table.total.id,
		.attach_type = direction,
	};

	if (!look_up(map, &key, total, sizeof(*total) / sizeof(__u64)))
		return true;
	if (errno != ENOENT)
		die("cannot read the totals");
	return false;
}

static bool read_totals(int map)
{
	struct total in, out;
	struct traffic now;

	if (!read_total(map, BPF_CGROUP_INET_INGRESS, &in) ||
	    !read_total(map, BPF_CGROUP_INET_EGRESS, &out))
		return false;
	now.rx = in.seen;
	now.denied = out.denied;
	now.tx.packets = out.seen.packets - out.denied.packets;
	now.tx.bytes = out.seen.bytes - out.denied.bytes;
	update_row(&table.total, &now);
	return true;
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

	return x < y ? 1 : x > y ? -1 : 0;
}

static void print_row(const struct json_plan *plan, const struct row *row, enum scope scope)
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
	json_plan__print(plan, stdout, &event, sizeof(event));
}

/* Print what is new since the last table, the busiest cgroup first and the total last. Returns how
 * many packets that is. */
static __u64 print_table(struct cgnet_bpf *skel, const struct json_plan *plan, int mount)
{
	bool has_total = read_totals(bpf_map__fd(skel->maps.totals));
	__u64 count;

	find_cgroups(bpf_map__fd(skel->maps.cgroups), mount);
	read_cgroups(bpf_map__fd(skel->maps.cgroups));
	update_row(&table.others, &skel->bss->others);
	count = packets(&table.others);
	qsort(table.rows, table.count, sizeof(*table.rows), by_bytes);
	if (!options.json)
		printf("%10s %14s %10s %14s %10s %s\n", "RX_PACKETS", "RX_BYTES", "TX_PACKETS",
		       "TX_BYTES", "DENIED", "CGROUP");
	for (size_t i = 0; i < table.count && bytes(&table.rows[i]); i++) {
		count += packets(&table.rows[i]);
		print_row(plan, &table.rows[i], SCOPE_CGROUP);
	}
	if (bytes(&table.others))
		print_row(plan, &table.others, SCOPE_OTHERS);
	if (has_total)
		print_row(plan, &table.total, SCOPE_TOTAL);
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
	struct json_plan *plan;
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

	/* Read: have room for the counters, and a plan to print them by. */
	cpus = libbpf_num_possible_cpus();
	if (cpus < 0)
		die("cannot tell how many CPUs there are");
	values = calloc(cpus, sizeof(struct traffic));
	/* The cgroup itself has a row even if there is no packet of its own. */
	table.rows = calloc(MAX_CGROUPS + 1, sizeof(*table.rows));
	if (!values || !table.rows)
		die("cannot make the table");
	plan = json_plan__new(bpf_object__btf(skel->obj), "event");

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
			count += print_table(skel, plan, cgroup);
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
	count += print_table(skel, plan, cgroup);
	report(count, 0); /* what there is no room for is counted as of others, not dropped */

	json_plan__free(plan);
	cgnet_bpf__destroy(skel);
	for (size_t i = 0; i < table.count; i++)
		free(table.rows[i].path);
	free(table.rows);
	free(values);
	free(wanted.allowed);
	return status;
}
