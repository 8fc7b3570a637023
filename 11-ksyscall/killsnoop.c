// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load killsnoop.bpf.c, and print the signals that it sees being sent. */
#include <string.h>
#include <bpf/btf.h>
#include "example.h"
#include "killsnoop.h"
#include "killsnoop.skel.h"

#define LAST_SIGNAL 64 /* the kernel's _NSIG; <signal.h> has a kill() of its own */
#define ANY	    (-1)

static struct {
	pid_t pid;
	long signal;
	bool failed;
} wanted = { .signal = ANY };

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "Only signals that the process PID sends", 0 },
	{ "signal", 's', "NUMBER", 0, "Only this signal, 0 to 64", 0 },
	{ "failed", 'x', NULL, 0, "Only what fails", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case 's':
		wanted.signal = parse_number(state, "NUMBER", arg, 0, LAST_SIGNAL);
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
	.doc = "Print the signals that processes send, and those that they fail to send.",
};

/* As kill -l has it; the numbers are those of all architectures but alpha, mips, parisc, sparc. */
static void format_signal(char *buf, size_t size, const void *data)
{
	static const char *const names[] = {
		// clang-format off
		"0", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS",
		"SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM",
		"SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN",
		"SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH",
		"SIGIO", "SIGPWR", "SIGSYS",
		// clang-format on
	};
	signal_number number;

	memcpy(&number, data, sizeof(number));
	if (number < sizeof(names) / sizeof(*names))
		snprintf(buf, size, "%s", names[number]);
	else
		snprintf(buf, size, "%d", number); /* a real-time signal, or none */
}

static int print_event(void *ctx, void *data, size_t size)
{
	static const char *const calls[] = { "kill", "tkill", "tgkill" };
	const struct event *event = data;
	char signal[16], target[32];

	format_signal(signal, sizeof(signal), &event->signal);
	if (event->call == kill)
		snprintf(target, sizeof(target), "%d", event->target);
	else if (event->call == tkill)
		snprintf(target, sizeof(target), "thread %d", event->target_tid);
	else
		snprintf(target, sizeof(target), "%d thread %d", event->target, event->target_tid);

	printf("%-7u ", event->pid);
	print_column(stdout, event->comm, sizeof(event->comm), 16);
	printf(" %s%-*s %-9s %-8s %s\n", calls[event->call],
	       10 - (int)strlen(calls[event->call]), event->compat ? " (32)" : "", signal,
	       event->error ? error_name(event->error) : "-", target);
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_program *program;
	struct killsnoop_bpf *skel;
	struct ring_buffer *events;
	unsigned long long shown, lost;
	bool compat;

	parse_options(&argp, argc, argv);
	json_format("signal_number", format_signal);
	need_path("/sys/bus/event_source/devices/kprobe",
		  "kprobes, which CONFIG_KPROBE_EVENTS=y gives");

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = killsnoop_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	/* Constants can be set until the load, when the verifier drops the code they rule out. */
	skel->rodata->wanted_pid = wanted.pid;
	if (wanted.signal != ANY)
		skel->rodata->wanted_signal = wanted.signal;
	skel->rodata->only_failed = wanted.failed;

	/* A kernel that cannot run 32-bit programs has no functions for them. (BTF lists functions,
	 * as /proc/kallsyms does, and is read in a tenth of the time.) */
	compat = kernel_type_id("__ia32_sys_kill", BTF_KIND_FUNC);
	kernel_btf__free();
	bpf_object__for_each_program(program, skel->obj)
		if (strstr(bpf_program__section_name(program), "/__ia32_"))
			bpf_program__set_autoload(program, compat);

	/* Load: create the maps, fit the programs to this kernel's types, and verify them. */
	if (killsnoop_bpf__load(skel))
		die("cannot load the BPF object");

	/* Read: have the reader ready before the first event can come. */
	events = ring_buffer__new(bpf_map__fd(skel->maps.events),
				  options.json ? print_json : print_event, skel->obj, NULL);
	if (!events)
		die("cannot read the ring buffer");

	/* Attach: from here on every such call runs our programs. */
	if (killsnoop_bpf__attach(skel))
		die("cannot attach to the system calls kill, tkill and tgkill");
	skel->bss->all_attached = true;

	if (!options.json)
		printf("%-7s %-16s %-10s %-9s %-8s %s\n", "PID", "COMM", "CALL", "SIGNAL", "ERROR",
		       "TARGET");
	attached("the system calls kill, tkill and tgkill%s",
		 compat ? ", also of 32-bit programs" : "");
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	skel->bss->all_attached = false;
	killsnoop_bpf__detach(skel);
	shown += drain_ring(events);
	report(shown, skel->bss->dropped);
	lost = skel->bss->lost_returns + count_elements(skel->maps.calls);
	if (lost)
		warn("%llu calls not seen to return: still under way, or too many at one time",
		     lost);

	ring_buffer__free(events);
	killsnoop_bpf__destroy(skel);
	return 0;
}
