// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Attach dnssnoop.bpf.c to a packet socket, and print the DNS questions and answers it matches. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <bpf/btf.h>
#include "example.h"
#include "dnssnoop.h"
#include "dnssnoop.skel.h"
#include "name.h"

static struct {
	const char *interface;
	__u16 port;
	__u64 slower_than_ns;
	bool failed;
} wanted = { .port = 53 };

static const struct argp_option options_table[] = {
	{ "interface", 'i', "IFACE", 0, "Only packets on this network interface", 0 },
	{ "port", 'P', "PORT", 0, "Servers listen on this UDP port, rather than on 53", 0 },
	{ "min", 'm', "MS", 0, "Only answers that took MS milliseconds or more", 0 },
	{ "failed", 'x', NULL, 0,
	  "Only failures: a return code other than NOERROR, or no answer", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'i':
		wanted.interface = arg;
		return 0;
	case 'P':
		wanted.port = parse_number(state, "PORT", arg, 1, 65535);
		return 0;
	case 'm':
		wanted.slower_than_ns = parse_number(state, "MS", arg, 1, 3600000) * 1000000ULL;
		return 0;
	case 'x':
		wanted.failed = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.doc = "Print DNS questions over UDP with their answers: how long they took and what came "
	       "of them.",
};

static void format_dns_name(char *buf, size_t size, const void *data)
{
	decode_name(buf, data, QUESTION_SIZE);
}

/* The name that the BPF object's BTF has for a value of an enum, or @prefix and the number. */
static const char *enum_text(const struct btf *btf, const char *type_name, const char *prefix,
			     __u32 value)
{
	int id = btf__find_by_name_kind(btf, type_name, BTF_KIND_ENUM);
	const struct btf_type *type = btf__type_by_id(btf, id);
	static char number[32];

	for (int i = 0; type && i < btf_vlen(type); i++)
		if ((__u32)btf_enum(type)[i].val == value)
			return btf__name_by_offset(btf, btf_enum(type)[i].name_off);
	snprintf(number, sizeof(number), "%s%u", prefix, value);
	return number;
}

static ring_buffer_sample_fn print;
static unsigned long long malformed;

/* A record of the ring buffer is read-only, may be short, and its question has yet to be read. */
static int on_record(void *ctx, void *data, size_t size)
{
	struct event event = {};
	int type;

	memcpy(&event, data, size < sizeof(event) ? size : sizeof(event));
	type = question_type(event.name, sizeof(event.name));
	if (type < 0) {
		malformed++;
		return 0;
	}
	event.type = type;
	return print(ctx, &event, sizeof(event));
}

static int print_event(void *ctx, void *data, size_t size)
{
	const struct btf *btf = bpf_object__btf(ctx);
	const struct event *event = data;
	char ip[64], client[80], name[NAME_TEXT_SIZE];

	format_ip(ip, sizeof(ip), event->client);
	snprintf(client, sizeof(client), "%s#%u", ip, ntohs(event->client_port));
	decode_name(name, event->name, sizeof(event->name));
	printf("%10.3f %-9s ", event->latency_ns / 1e6,
	       enum_text(btf, "dns_rcode", "RCODE", event->rcode));
	printf("%-8s %-21s %-15s %s", enum_text(btf, "dns_type", "TYPE", event->type), client,
	       format_ip(ip, sizeof(ip), event->server), name);
	if (event->asked > 1)
		printf(" (asked %u times)", event->asked);
	puts(event->truncated ? " (truncated)" : "");
	return 0;
}

/*
 * Make the socket, which asks nobody about any packet yet. SOCK_DGRAM: the filter sees packets
 * without the link layer's header, so from the IP header on whatever the interface is.
 */
static int open_socket(void)
{
	int sock = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (sock < 0 && errno == EPERM)
		fail("cannot open a packet socket: Operation not permitted\n"
		     "  hint: run it with sudo (or grant CAP_NET_RAW and CAP_BPF)");
	if (sock < 0)
		die("cannot open a packet socket");

	/*
	 * Nothing can be read from the socket, as the filter lets nothing through, so the one
	 * thing that can happen to it is an error: its interface is gone. Have that end us the
	 * way Ctrl-C does.
	 */
	if (fcntl(sock, F_SETOWN, getpid()) || fcntl(sock, F_SETSIG, SIGTERM) ||
	    fcntl(sock, F_SETFL, O_ASYNC))
		die("cannot be told of errors of the socket");
	return sock;
}

/* Why the socket has failed, or 0: ENETDOWN when its interface has gone. */
static int socket_error(int sock)
{
	socklen_t size = sizeof(int);
	int err = 0;

	return getsockopt(sock, SOL_SOCKET, SO_ERROR, &err, &size) ? errno : err;
}

_Noreturn static void die_of_socket(int err)
{
	if (err == ENETDOWN && wanted.interface)
		fail("the interface '%s' is down or gone", wanted.interface);
	errno = err;
	die("the packet socket failed");
}

/* Print the questions that are still open, and say how many the LRU hash forgot. Returns how many
 * were printed. */
static unsigned long long print_unanswered(struct dnssnoop_bpf *skel)
{
	unsigned long long shown = 0, open = 0, forgotten;
	struct bpf_map *questions = skel->maps.questions;
	struct question_key key, *previous = NULL;
	struct event event;
	__u64 now = now_ns();

	while (!bpf_map__get_next_key(questions, previous, &key, sizeof(key))) {
		previous = &key;
		if (bpf_map__lookup_elem(questions, &key, sizeof(key), &event, sizeof(event), 0))
			continue;
		open++;
		event.latency_ns = now - event.time_ns;
		if (event.latency_ns < wanted.slower_than_ns)
			continue;
		event.rcode = NO_ANSWER;
		on_record(skel->obj, &event, sizeof(event));
		shown++;
	}
	forgotten = skel->bss->remembered - skel->bss->answered - open;
	if (forgotten)
		warn("%llu questions without an answer were forgotten, to remember newer ones",
		     forgotten);
	return shown;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	struct dnssnoop_bpf *skel;
	struct ring_buffer *events;
	unsigned long long shown;
	int sock, prog, err;

	parse_options(&argp, argc, argv);
	json_format("dns_name", format_dns_name);
	print = options.json ? print_json : print_event;
	if (wanted.interface)
		address.sll_ifindex = parse_interface(wanted.interface);
	sock = open_socket();

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = dnssnoop_bpf__open();
	if (!skel)
		die("cannot open the BPF object");
	skel->rodata->wanted_port = htons(wanted.port);
	skel->rodata->slower_than_ns = wanted.slower_than_ns;
	skel->rodata->only_failed = wanted.failed;

	/* Load: create the maps, and verify the program. */
	if (dnssnoop_bpf__load(skel))
		die("cannot load the BPF object");

	/* Read: have the reader ready before the first event can come. */
	events = ring_buffer__new(bpf_map__fd(skel->maps.events), on_record, skel->obj, NULL);
	if (!events)
		die("cannot read the ring buffer");

	/*
	 * Attach. There is no bpf_link here, and libbpf has no call for it: it is an option of the
	 * socket. First the filter, then the bind() from which on packets come: in the other order
	 * a few would get to the socket unfiltered.
	 */
	prog = bpf_program__fd(skel->progs.on_packet);
	if (setsockopt(sock, SOL_SOCKET, SO_ATTACH_BPF, &prog, sizeof(prog)))
		die("cannot attach to the socket");
	if (bind(sock, (struct sockaddr *)&address, sizeof(address)))
		die("cannot bind the socket to %s", wanted.interface ?: "all interfaces");

	if (!options.json)
		printf("%10s %-9s %-8s %-21s %-15s %s\n", "LATENCY_ms", "RCODE", "TYPE", "CLIENT",
		       "SERVER", "NAME");
	attached("UDP port %u on %s", wanted.port, wanted.interface ?: "all interfaces");
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	err = socket_error(sock);
	close(sock); /* and its filter goes with it */
	shown += drain_ring(events);
	if (err)
		die_of_socket(err);
	shown += print_unanswered(skel);
	if (malformed + skel->bss->unreadable)
		warn("%llu packets to port %u were no proper question",
		     malformed + skel->bss->unreadable, wanted.port);
	report(shown - malformed, skel->bss->dropped);

	ring_buffer__free(events);
	dnssnoop_bpf__destroy(skel);
	return 0;
}
