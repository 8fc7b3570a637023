// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Attach xdpblock.bpf.c to an interface, and print what it drops; or edit its rules meanwhile. */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
#include "attachment.h"
#include "cidr.h"
#include "rules.h"
#include "xdpblock.h"
#include "xdpblock.skel.h"

#define LOOK 0.1 /* seconds; so often we look whether we are still attached */

/* ---- The command line ---- */

enum command { RUN,
	       ADD,
	       DEL,
	       LIST };
static const char *const commands[] = { "run", "add", "del", "list" };

static struct {
	enum command command;
	const char *interface;
	double interval; /* seconds */
	unsigned int room;
	bool force, generic;
	struct cidr *cidrs;
	size_t count;
} wanted = { .interval = 1 };

enum { OPTION_ROOM = 256,
       OPTION_FORCE };

static const struct argp_option options_table[] = {
	{ "interface", 'i', "IFACE", 0,
	  "run: on this interface (lo); the others: where xdpblock is, if that is in more than one "
	  "place",
	  0 },
	{ "interval", 'I', "SECONDS", 0, "run: print what was dropped every SECONDS (1)", 0 },
	{ "room", OPTION_ROOM, "RULES", 0, "run: make room for so many rules (16384)", 0 },
	{ "generic", 'g', NULL, 0, "run: do not try native XDP", 0 },
	{ "force", OPTION_FORCE, NULL, 0, "run: replace a foreign XDP program", 0 },
	{ 0 },
};

static void add_cidr(struct argp_state *state, const char *text)
{
	wanted.cidrs = reallocarray(wanted.cidrs, wanted.count + 1, sizeof(*wanted.cidrs));
	if (!wanted.cidrs)
		die("cannot remember %s", text);
	wanted.cidrs[wanted.count++] = parse_cidr(state, text);
}

/* One network per line of stdin; what follows # or ; is a comment, as published lists have it. */
static void read_cidrs(struct argp_state *state)
{
	char *line = NULL, *word;
	size_t size = 0;

	while (getline(&line, &size, stdin) >= 0) {
		line[strcspn(line, "#;")] = '\0';
		word = strtok(line, " \t\r\n");
		if (word)
			add_cidr(state, word);
	}
	if (ferror(stdin))
		die("cannot read the networks from stdin");
	free(line);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	static bool has_operand;

	switch (key) {
	case 'i':
		wanted.interface = arg;
		return 0;
	case 'I':
		wanted.interval = parse_interval(state, arg);
		return 0;
	case OPTION_ROOM:
		wanted.room = parse_number(state, "RULES", arg, 1, 1 << 24);
		return 0;
	case 'g':
		wanted.generic = true;
		return 0;
	case OPTION_FORCE:
		wanted.force = true;
		return 0;
	case ARGP_KEY_ARG:
		for (size_t i = 0; !has_operand && i < sizeof(commands) / sizeof(*commands); i++) {
			if (!strcmp(arg, commands[i])) {
				wanted.command = i;
				has_operand = true;
				return 0;
			}
		}
		has_operand = true;
		if (wanted.command == LIST)
			argp_error(state, "list: unexpected argument '%s'", arg);
		if (!strcmp(arg, "-"))
			read_cidrs(state);
		else
			add_cidr(state, arg);
		return 0;
	case ARGP_KEY_END:
		if ((wanted.command == ADD || wanted.command == DEL) && !wanted.count)
			argp_error(state, "%s which networks?", commands[wanted.command]);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.args_doc = "[run] [CIDR...]\nadd CIDR...\ndel CIDR...\nlist",
	.doc = "Drop the packets that come from the networks CIDR..., and count them.\v"
	       "run (the default) does so until it is stopped; add, del and list work on the rules "
	       "meanwhile. A CIDR is 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32; - reads them from "
	       "stdin, one per line.",
};

/* ---- Printing ---- */

static void print_header(void)
{
	if (!options.json)
		printf("%-15s %-43s %12s %15s\n", "INTERFACE", "RULE", "PACKETS", "BYTES");
}

static const struct bpf_object *object; /* that describes struct event */

static void print_rule(const struct cidr *cidr, struct count count)
{
	struct event event = { .packets = count.packets, .bytes = count.bytes };

	format_cidr(event.rule, cidr);
	if (!options.json) {
		print_column(stdout, wanted.interface, IF_NAMESIZE, 15);
		printf(" %-43s %12llu %15llu\n", event.rule, event.packets, event.bytes);
		return;
	}
	event.time_ns = now_ns();
	strncpy(event.interface, wanted.interface, sizeof(event.interface) - 1);
	print_record(object, "event", &event, sizeof(event));
}

/*
 * Print the rules that have dropped something since the last time, which @shown remembers by
 * slot; without @shown, all rules. Returns how many packets all rules have dropped together.
 */
static unsigned long long print_rules(const struct maps *maps, struct count *shown)
{
	unsigned long long packets;
	struct entry *entries;
	size_t count;
	int lock;

	lock = lock_rules();
	packets = read_count(maps, SLOT_DELETED).packets;
	entries = read_rules(maps, &count);
	unlock_rules(lock);
	for (size_t i = 0; i < count; i++) {
		struct count now = entries[i].count;

		if (!shown || (now.packets && now.packets != shown[entries[i].slot].packets))
			print_rule(&entries[i].cidr, now);
		if (shown)
			shown[entries[i].slot] = now;
		packets += now.packets;
	}
	free(entries);
	flush_output();
	return packets;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* ---- The commands ---- */

/* add, del, list: find the maps through the interface, and work on them. */
static void edit(void)
{
	struct entry *deleted;
	size_t added, count;
	struct maps maps;
	int lock;

	maps = find_program(&wanted.interface);
	if (wanted.command == ADD) {
		lock = lock_rules();
		added = add_rules(&maps, wanted.cidrs, wanted.count);
		unlock_rules(lock);
		fprintf(stderr, "%s: %zu rule%s added on %s, of %zu\n",
			program_invocation_short_name, added, plural(added), wanted.interface,
			wanted.count);
		return;
	}
	print_header();
	if (wanted.command == LIST) {
		print_rules(&maps, NULL);
		return;
	}
	deleted = calloc(wanted.count, sizeof(*deleted));
	if (!deleted)
		die("cannot delete so many rules");
	lock = lock_rules();
	count = delete_rules(&maps, wanted.cidrs, wanted.count, deleted);
	unlock_rules(lock);
	for (size_t i = 0; i < count; i++)
		print_rule(&deleted[i].cidr, deleted[i].count);
	free(deleted);
	flush_output();
}

/*
 * Attach by a link, which ends with the process: natively, where the driver calls the program
 * before it makes an skb of the frame; or, where the driver cannot, generically, where the
 * kernel does so after. Returns the link.
 */
static int attach(int program, int ifindex, const char **mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	int link = -1;

	*mode = "native";
	if (!wanted.generic) {
		link = bpf_link_create(program, ifindex, BPF_XDP, &opts);
		if (link < 0 && errno == EOPNOTSUPP)
			warn("the driver of %s has no native XDP; trying generic",
			     wanted.interface);
		else if (link < 0 && errno == ERANGE)
			warn("the MTU of %s is too large for native XDP (of a veth: its peer's MTU); "
			     "trying generic",
			     wanted.interface);
		else if (link < 0 && errno != EBUSY && errno != EEXIST)
			warn("%s refuses native XDP: %s; trying generic", wanted.interface,
			     strerror(errno));
	}
	if (link < 0) {
		*mode = "generic";
		opts.flags = XDP_FLAGS_SKB_MODE;
		link = bpf_link_create(program, ifindex, BPF_XDP, &opts);
	}
	if (link < 0)
		die("cannot attach to %s", wanted.interface);
	return link;
}

/* Is @link still on an interface? The kernel sets ifindex to 0 when that is deleted. */
static bool is_attached(int link)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	if (bpf_link_get_info_by_fd(link, &info, &size))
		die("cannot look at the link");
	return info.xdp.ifindex;
}

/* run: block until we are stopped. */
static void block(struct xdpblock_bpf *skel, int ifindex)
{
	unsigned long long passed, malformed, dropped;
	struct count *shown;
	const char *mode;
	struct maps maps;
	size_t rules;
	bool is_gone;
	int link;

	/* Load: create the maps and verify the program. */
	if (xdpblock_bpf__load(skel))
		die("cannot load the BPF object");
	maps.blocked[0] = bpf_map__fd(skel->maps.blocked4);
	maps.blocked[1] = bpf_map__fd(skel->maps.blocked6);
	maps.counters = bpf_map__fd(skel->maps.counters);
	maps.free_slots = bpf_map__fd(skel->maps.free_slots);
	number_slots(&maps, wanted.room);

	/* The program does not use this map, but must keep it alive for add and del. */
	if (bpf_prog_bind_map(bpf_program__fd(skel->progs.on_packet), maps.free_slots, NULL))
		die("cannot bind the map of free slots to the program");

	/* Fill in the rules first, so that they hold from the first packet on. */
	rules = add_rules(&maps, wanted.cidrs, wanted.count);

	/* Attach. A link would silently take the place of a program that was attached through
	 * netlink, and the kernel has no flag against that: hence the look. */
	free_interface(wanted.interface, ifindex, wanted.force);
	link = attach(bpf_program__fd(skel->progs.on_packet), ifindex, &mode);

	shown = calloc(SLOT_RULES + wanted.room, sizeof(*shown));
	if (!shown)
		die("cannot remember what was shown");
	print_header();
	attached("%s (%s XDP), %zu rule%s", wanted.interface, mode, rules, plural(rules));
	while (running() && is_attached(link) && !interface_has_gone())
		if (wait_for_summary(wanted.interval, LOOK))
			print_rules(&maps, shown);

	/* Detach before the last look, so that it has everything. */
	is_gone = !is_attached(link) || interface_has_gone();
	close(link);
	dropped = print_rules(&maps, shown);
	malformed = read_count(&maps, SLOT_MALFORMED).packets;
	passed = read_count(&maps, SLOT_PASSED).packets + malformed;
	fprintf(stderr, "%s: %llu packets dropped, %llu passed", program_invocation_short_name,
		dropped, passed);
	if (malformed)
		fprintf(stderr, ", %llu of them malformed", malformed);
	fputc('\n', stderr);
	free(shown);
	if (is_gone && !interface_has_gone())
		fail("somebody has detached xdpblock from %s", wanted.interface);
	if (is_gone)
		fail("%s is gone", wanted.interface);
}

int main(int argc, char **argv)
{
	struct xdpblock_bpf *skel;
	int ifindex = 0;

	parse_options(&argp, argc, argv);

	/* Open: parse the object that the skeleton embeds; it also describes struct event. */
	skel = xdpblock_bpf__open();
	if (!skel)
		die("cannot open the BPF object");
	object = skel->obj;

	if (wanted.command == RUN) {
		if (!wanted.interface)
			wanted.interface = "lo";
		ifindex = parse_interface(wanted.interface);
		watch_interface(ifindex);
		if (wanted.room) {
			bpf_map__set_max_entries(skel->maps.blocked4, wanted.room);
			bpf_map__set_max_entries(skel->maps.blocked6, wanted.room);
			bpf_map__set_max_entries(skel->maps.counters, SLOT_RULES + wanted.room);
			bpf_map__set_max_entries(skel->maps.free_slots, wanted.room);
		}
		wanted.room = bpf_map__max_entries(skel->maps.free_slots);
		skel->rodata->layer3 = !has_ethernet_header(ifindex);
		block(skel, ifindex);
	} else {
		edit();
	}

	xdpblock_bpf__destroy(skel);
	free(wanted.cidrs);
	return 0;
}
