// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load procsnoop.bpf.c, and print what it sees of the life of processes. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "example.h"
#include "procsnoop.h"
#include "procsnoop.skel.h"

#define PERF_PAGES 16  /* for each CPU; a power of two */
#define PERF_BATCH 200 /* events that are worth a wake-up: a quarter of that, or so */
#define FOREVER	   UINT_MAX

static struct {
	bool perf;
	enum wake wake;
	pid_t ppid;
	long flood;
} wanted;

enum { OPTION_PERF = 256,
       OPTION_FLOOD };

static const struct argp_option options_table[] = {
	{ "ppid", 'P', "PID", 0, "Only processes that the process PID has started", 0 },
	{ "perf", OPTION_PERF, NULL, 0, "Use perf buffers, not a ring buffer", 0 },
	{ "wake", 'w', "WHEN", 0, "Wake the reader for each event, never, or a batch (default)", 0 },
	{ "flood", OPTION_FLOOD, "N", 0,
	  "Start N processes and read the buffer only then, to see it overflow", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'P':
		wanted.ppid = parse_pid(state, arg);
		return 0;
	case OPTION_PERF:
		wanted.perf = true;
		return 0;
	case 'w':
		if (!strcmp(arg, "each"))
			wanted.wake = WAKE_EACH;
		else if (!strcmp(arg, "never"))
			wanted.wake = WAKE_NEVER;
		else if (strcmp(arg, "batch"))
			argp_error(state, "WHEN must be each, never or batch, not '%s'", arg);
		return 0;
	case OPTION_FLOOD:
		wanted.flood = parse_number(state, "N", arg, 1, INT_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.doc = "Print when processes are made, execute a program, and end.",
};

static int print_event(void *ctx, void *data, size_t size)
{
	static const char *const names[] = { "fork", "exec", "exit" };
	const struct event *event = data;

	printf("%-4s %-7u %-7u ", names[event->what], event->pid, event->ppid);
	print_column(stdout, event->comm, sizeof(event->comm), 16);
	putchar(' ');
	if (event->what == EXEC)
		print_text(stdout, event->file, sizeof(event->file));
	else if (event->what == EXIT && event->exit_signal)
		printf("signal %u after %.1f ms", event->exit_signal, event->age_ns / 1e6);
	else if (event->what == EXIT)
		printf("status %u after %.1f ms", event->exit_code, event->age_ns / 1e6);
	putchar('\n');
	return 0;
}

/* ---- Reading a perf buffer ---- */

static unsigned long long shown, told_lost;

/* Perf aligns records to 4 bytes only, and rounds their size up: so copy, and know the size. */
static void on_sample(void *ctx, int cpu, void *data, __u32 size)
{
	struct event event = {};

	memcpy(&event, data, size < sizeof(event) ? size : sizeof(event));
	shown++;
	(options.json ? print_json : print_event)(
		ctx, &event, event.what == EXEC ? sizeof(event) : offsetof(struct event, file));
}

/* The kernel leaves a note of what it lost when a later record finds room again: not before, and
 * never if there is none. BPF, which sees its call fail, knows at once. */
static void on_lost(void *ctx, int cpu, __u64 count)
{
	told_lost += count;
}

/* Make processes that end at once, and read nothing meanwhile: two events each. */
static void flood(void)
{
	for (long i = 0; i < wanted.flood && running(); i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			die("cannot make process %ld of the flood", i + 1);
	}
}

int main(int argc, char **argv)
{
	static const char *const wakes[] = { "for each batch", "for each event", "never" };
	struct ring_buffer *ring = NULL;
	struct perf_buffer *perf = NULL;
	struct procsnoop_bpf *skel;
	bool use_perf;

	parse_options(&argp, argc, argv);

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = procsnoop_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	/* Constants can be set until the load, when the verifier drops the code they rule out. */
	use_perf = wanted.perf || libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, NULL) != 1;
	skel->rodata->use_perf = use_perf;
	skel->rodata->wake = wanted.wake;
	skel->rodata->wanted_ppid = wanted.flood ? getpid() : wanted.ppid;
	bpf_map__set_autocreate(skel->maps.events, !use_perf);
	bpf_map__set_autocreate(skel->maps.perf_events, use_perf);
	bpf_map__set_autocreate(skel->maps.scratch, use_perf);

	/* Load: create the maps, fit the programs to this kernel's types, and verify them. */
	if (procsnoop_bpf__load(skel))
		die("cannot load the BPF object");

	/* Read: have the reader ready before the first event can come. Perf counts events up to its
	 * sample_period, and then wakes. */
	if (use_perf) {
		LIBBPF_OPTS(perf_buffer_opts, opts,
			    .sample_period = wanted.wake == WAKE_EACH  ? 1 :
					     wanted.wake == WAKE_NEVER ? FOREVER :
									 PERF_BATCH);

		perf = perf_buffer__new(bpf_map__fd(skel->maps.perf_events), PERF_PAGES, on_sample,
					on_lost, skel->obj, &opts);
	} else {
		ring = ring_buffer__new(bpf_map__fd(skel->maps.events),
					options.json ? print_json : print_event, skel->obj, NULL);
	}
	if (!ring && !perf)
		die("cannot make the buffer's reader");

	/* Attach: from here on every process that begins or ends runs our programs. */
	if (procsnoop_bpf__attach(skel))
		die("cannot attach to the tracepoints of fork, exec and exit");

	if (!options.json)
		printf("%-4s %-7s %-7s %-16s %s\n", "WHAT", "PID", "PPID", "COMM", "DETAILS");
	attached("fork, exec and exit; %s, the reader is woken %s",
		 use_perf ? "a perf buffer for each CPU" : "a ring buffer", wakes[wanted.wake]);
	if (wanted.flood)
		flood();
	else if (use_perf)
		poll_perf(perf);
	else
		shown = poll_ring(ring);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	procsnoop_bpf__detach(skel);
	if (use_perf)
		drain_perf(perf);
	else
		shown += drain_ring(ring);
	report(shown, skel->bss->dropped);
	if (told_lost != skel->bss->dropped && use_perf)
		warn("perf's own notes tell of %llu lost", told_lost);
	if (wanted.flood)
		warn("flood: 2 * %ld sent, %llu shown + %llu dropped = %llu", wanted.flood, shown,
		     (unsigned long long)skel->bss->dropped, shown + skel->bss->dropped);

	perf_buffer__free(perf);
	ring_buffer__free(ring);
	procsnoop_bpf__destroy(skel);
	return 0;
}
