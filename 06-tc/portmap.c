// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load portmap.bpf.c, attach it to both directions of an interface, and count what it does. */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include "clsact.h"
#include "example.h"
#include "portmap.h"
#include "portmap.skel.h"

#define MAX_PORTS 256 /* rules: two directions and two protocols for each */

static struct {
	const char *interface;
	bool no_tcp, no_udp;
	double interval; /* seconds; 0: none */
	int count;
	net_port from[MAX_PORTS], to[MAX_PORTS];
} wanted;

enum { OPTION_TCP = 256,
       OPTION_UDP };

static const struct argp_option options_table[] = {
	{ "interface", 'i', "IFACE", 0, "The interface to rewrite on", 0 },
	{ "interval", 'I', "SECONDS", 0, "Print the counters every SECONDS, not only at the end", 0 },
	{ "tcp", OPTION_TCP, NULL, 0, "TCP only", 0 },
	{ "udp", OPTION_UDP, NULL, 0, "UDP only", 0 },
	{ 0 },
};

static void parse_mapping(struct argp_state *state, const char *text)
{
	char from[8] = "";
	const char *colon = strchr(text, ':');

	if (!colon || colon - text >= (long)sizeof(from))
		argp_error(state, "a mapping is FROM:TO, two ports, not '%s'", text);
	if (wanted.count == MAX_PORTS)
		argp_error(state, "more than %d mappings", MAX_PORTS);
	memcpy(from, text, colon - text);
	wanted.from[wanted.count] = htons(parse_number(state, "FROM", from, 1, 65535));
	wanted.to[wanted.count] = htons(parse_number(state, "TO", colon + 1, 1, 65535));
	if (wanted.from[wanted.count] == wanted.to[wanted.count])
		argp_error(state, "'%s' changes nothing: both ports are the same", text);
	for (int i = 0; i < wanted.count; i++)
		if (wanted.from[i] == wanted.from[wanted.count] ||
		    wanted.to[i] == wanted.to[wanted.count])
			argp_error(state, "'%s' uses a port of another mapping again: the way back "
					  "would not be clear",
				   text);
	wanted.count++;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'i':
		wanted.interface = arg;
		return 0;
	case OPTION_TCP:
		wanted.no_udp = true;
		return 0;
	case OPTION_UDP:
		wanted.no_tcp = true;
		return 0;
	case 'I':
		wanted.interval = parse_interval(state, arg);
		return 0;
	case ARGP_KEY_ARG:
		parse_mapping(state, arg);
		return 0;
	case ARGP_KEY_END:
		if (!wanted.interface)
			argp_error(state, "which interface? Give one with -i");
		if (!wanted.count)
			argp_error(state, "which ports? Give FROM:TO, for example 8080:80");
		if (wanted.no_tcp && wanted.no_udp)
			argp_error(state, "--tcp and --udp exclude each other");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.args_doc = "FROM:TO...",
	.doc = "Rewrite ports on an interface: what arrives for port FROM goes to port TO, and what "
	       "leaves from TO leaves as from FROM.",
};

/* Put the rules for one protocol into the map. */
static void add_rules(struct bpf_map *rules, enum protocol protocol)
{
	for (int i = 0; i < wanted.count; i++) {
		struct rule in = { INGRESS, protocol, wanted.from[i] };
		struct rule out = { EGRESS, protocol, wanted.to[i] };
		struct translation to = { .port = wanted.to[i] }, from = { .port = wanted.from[i] };

		if (bpf_map__update_elem(rules, &in, sizeof(in), &to, sizeof(to), BPF_NOEXIST) ||
		    bpf_map__update_elem(rules, &out, sizeof(out), &from, sizeof(from), BPF_NOEXIST))
			die("cannot add a rule for port %d", ntohs(wanted.from[i]));
	}
}

/* Print @rule and what it has done so far; return how many packets that was. */
static unsigned long long print_rule(const struct portmap_bpf *skel, struct rule rule)
{
	struct translation translation;
	struct event event;

	if (bpf_map__lookup_elem(skel->maps.rules, &rule, sizeof(rule), &translation,
				 sizeof(translation), 0))
		die("cannot read a rule");
	event = (struct event){
		.direction = rule.direction,
		.protocol = rule.protocol,
		.port = rule.port,
		.to_port = translation.port,
		.packets = translation.packets,
		.size_bytes = translation.bytes,
	};
	if (options.json)
		print_record(skel->obj, "event", &event, sizeof(event));
	else
		printf("%-8s %-6s %-6u %-6u %10llu %14llu\n",
		       event.direction == INGRESS ? "ingress" : "egress",
		       event.protocol == TCP ? "tcp" : "udp", ntohs(event.port),
		       ntohs(event.to_port), event.packets, event.size_bytes);
	return event.packets;
}

/* Print all rules; return how many packets they have rewritten. */
static unsigned long long print_rules(const struct portmap_bpf *skel)
{
	static const enum protocol protocols[] = { TCP, UDP };
	unsigned long long packets = 0;

	if (!options.json)
		printf("%-8s %-6s %-6s %-6s %10s %14s\n", "WAY", "PROTO", "PORT", "TO", "PACKETS",
		       "BYTES");
	for (int i = 0; i < wanted.count; i++) {
		for (int p = 0; p < 2; p++) {
			if (protocols[p] == TCP ? wanted.no_tcp : wanted.no_udp)
				continue;
			packets += print_rule(skel, (struct rule){ INGRESS, protocols[p],
								   wanted.from[i] });
			packets += print_rule(skel, (struct rule){ EGRESS, protocols[p],
								   wanted.to[i] });
		}
	}
	flush_output();
	return packets;
}

/* ---- Attaching: as a link where the kernel has tcx (6.6), to a clsact qdisc elsewhere (clsact.c) ---- */

static bool has_tcx(int interface)
{
	LIBBPF_OPTS(bpf_prog_query_opts, query);

	return bpf_prog_query_opts(interface, BPF_TCX_INGRESS, &query) == 0;
}

/* Are both links still on the interface? The kernel sets ifindex to 0 when one is detached. */
static bool has_links(const struct portmap_bpf *skel)
{
	const struct bpf_link *links[] = { skel->links.on_ingress, skel->links.on_egress };

	for (int i = 0; i < 2; i++) {
		struct bpf_link_info info = {};
		__u32 size = sizeof(info);

		if (bpf_link_get_info_by_fd(bpf_link__fd(links[i]), &info, &size))
			die("cannot look at the link");
		if (!info.tcx.ifindex)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct portmap_bpf *skel;
	unsigned long long packets;
	int interface;
	bool tcx;

	parse_options(&argp, argc, argv);
	interface = parse_interface(wanted.interface);
	watch_interface(interface);

	/* Open. SEC("tc") leaves open where the program goes; a tcx link wants that said. */
	skel = portmap_bpf__open();
	if (!skel)
		die("cannot open the BPF object");
	skel->rodata->layer3 = !has_ethernet_header(interface);
	tcx = has_tcx(interface);
	if (tcx) {
		bpf_program__set_expected_attach_type(skel->progs.on_ingress, BPF_TCX_INGRESS);
		bpf_program__set_expected_attach_type(skel->progs.on_egress, BPF_TCX_EGRESS);
	}

	/* Load. */
	if (portmap_bpf__load(skel))
		die("cannot load the BPF object");

	/* Fill the map, before the first packet comes. */
	if (!wanted.no_tcp)
		add_rules(skel->maps.rules, TCP);
	if (!wanted.no_udp)
		add_rules(skel->maps.rules, UDP);

	/* Attach: egress first, so that no packet is changed on its way in only. */
	if (tcx) {
		skel->links.on_egress = bpf_program__attach_tcx(skel->progs.on_egress, interface, NULL);
		if (!skel->links.on_egress)
			die("cannot attach to egress of %s", wanted.interface);
		skel->links.on_ingress = bpf_program__attach_tcx(skel->progs.on_ingress, interface,
								 NULL);
		if (!skel->links.on_ingress)
			die("cannot attach to ingress of %s", wanted.interface);
	} else {
		attach_clsact(wanted.interface, interface, bpf_program__fd(skel->progs.on_ingress),
			      bpf_program__fd(skel->progs.on_egress));
	}
	attached("%s (%s)", wanted.interface, tcx ? "tcx links" : "clsact filters");

	while (running()) {
		bool due = wait_for_summary(wanted.interval, 1), gone = interface_has_gone();
		bool detached = !gone && !(tcx ? has_links(skel) : has_own_filters());

		if (due || gone || detached)
			print_rules(skel);
		if (gone)
			fail("the interface %s has gone", wanted.interface);
		if (detached)
			fail("somebody has detached portmap from %s", wanted.interface);
	}

	packets = print_rules(skel);
	warn("%llu packets", packets);
	portmap_bpf__destroy(skel); /* the links go with it; the clsact filters by atexit() */
	return 0;
}
