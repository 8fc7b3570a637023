// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load connlat.bpf.c, and print how long TCP connections took to be established, or to fail. */
#include <arpa/inet.h>
#include <errno.h>
#include <bpf/btf.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
#include "connlat.h"
#include "connlat.skel.h"

/* What the kernel calls the system call. */
#ifdef __aarch64__
#define SYS_CONNECT "__arm64_sys_connect"
#else
#define SYS_CONNECT "__x64_sys_connect"
#endif

static struct {
	pid_t pid;
	__u64 min_ns;
	bool failed;
} wanted;

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "Only the process PID", 0 },
	{ "min", 'm', "MS", 0, "Only what takes MS milliseconds (0.5, 10) or longer", 0 },
	{ "failed", 'x', NULL, 0, "Only connections that were not established", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case 'm':
		wanted.min_ns = parse_ms(state, arg);
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
	.doc = "Print how long TCP connections take to be established, or to fail.",
};

/* "127.0.0.1:80", "[::1]:80"; "-" where there is no port (yet). */
static const char *format_end(char *buf, size_t size, const ip_address ip, net_port port)
{
	char text[INET6_ADDRSTRLEN];

	if (!port)
		return "-";
	format_ip(text, sizeof(text), ip);
	snprintf(buf, size, strchr(text, ':') ? "[%s]:%u" : "%s:%u", text, ntohs(port));
	return buf;
}

static int print_event(void *ctx, void *data, size_t size)
{
	static const char *const outcomes[] = { "established", "failed", "given up", "not tried" };
	const struct event *event = data;
	const char *what = event->error ? error_name(event->error) : outcomes[event->outcome];
	char from[64], to[64];

	printf("%-7u ", event->pid);
	print_column(stdout, event->comm, sizeof(event->comm), 16);
	printf(" %10.3f %-13s %-7s %-22s %s\n", event->latency_ns / 1e6, what,
	       event->nonblocking ? "no" : "yes",
	       format_end(from, sizeof(from), event->from, event->from_port),
	       format_end(to, sizeof(to), event->to, event->to_port));
	return 0;
}

int main(int argc, char **argv)
{
	struct connlat_bpf *skel;
	struct ring_buffer *events;
	bool ipv6, sleepable, sk_storage;
	unsigned long long shown;

	parse_options(&argp, argc, argv);

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = connlat_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	/* What can this kernel do? Its BTF lists its functions; whether one may have a sleepable
	 * program, only trying tells. */
	ipv6 = kernel_type_id("tcp_v6_connect", BTF_KIND_FUNC);
	sk_storage = kernel_type_id("bpf_sk_storage_get_tracing", BTF_KIND_FUNC);
	sleepable = !try_load(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, SYS_CONNECT, BPF_F_SLEEPABLE);
	kernel_btf__free();
	bpf_program__set_autoload(skel->progs.on_connect6, ipv6);
	bpf_program__set_autoload(skel->progs.on_connect6_exit, ipv6);
	bpf_program__set_autoload(skel->progs.on_call, sleepable);
	bpf_program__set_autoload(skel->progs.on_call_exit, sleepable);
	if (sleepable && (bpf_program__set_attach_target(skel->progs.on_call, 0, SYS_CONNECT) ||
			  bpf_program__set_attach_target(skel->progs.on_call_exit, 0, SYS_CONNECT)))
		die("cannot find %s", SYS_CONNECT);
	bpf_map__set_autocreate(skel->maps.attempts, sk_storage);
	bpf_map__set_autocreate(skel->maps.attempts_by_address, !sk_storage);
	bpf_map__set_autocreate(skel->maps.calls, sleepable);

	/* Constants can be set until the load, when the verifier drops the code they rule out. */
	skel->rodata->wanted_pid = wanted.pid;
	skel->rodata->min_latency_ns = wanted.min_ns;
	skel->rodata->only_failed = wanted.failed;
	skel->rodata->use_sk_storage = sk_storage;
	skel->rodata->follow_syscalls = sleepable;

	/* Load: create the maps, fit the programs to this kernel's types, and verify them. */
	if (connlat_bpf__load(skel)) {
		skip_if_refused("fentry", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "tcp_v4_connect");
		die("cannot load the BPF object");
	}

	/* Read: have the reader ready before the first event can come. */
	events = ring_buffer__new(bpf_map__fd(skel->maps.events),
				  options.json ? print_json : print_event, skel->obj, NULL);
	if (!events)
		die("cannot read the ring buffer");

	/* Attach: from here on every connection runs our programs. */
	if (connlat_bpf__attach(skel))
		die("cannot attach to the functions of TCP");
	skel->bss->all_attached = true;

	if (!options.json)
		printf("%-7s %-16s %10s %-13s %-7s %-22s %s\n", "PID", "COMM", "MS", "OUTCOME",
		       "WAITED", "FROM", "TO");
	attached("TCP's connect%s%s", sleepable ? " and the system call" : "",
		 sk_storage ? "" : ", with a hash by socket");
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	connlat_bpf__detach(skel);
	shown += drain_ring(events);
	report(shown, skel->bss->dropped);
	if (skel->bss->under_way)
		warn("%llu connections were still under way", skel->bss->under_way);

	ring_buffer__free(events);
	connlat_bpf__destroy(skel);
	return 0;
}
