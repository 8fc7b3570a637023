// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load runqlat.bpf.c, and draw the histograms of how long tasks waited for a CPU. */
#include <errno.h>
#include <search.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include "example.h"
#include "runqlat.h"
#include "runqlat.skel.h"

#define STARS		    40	       /* columns that the longest bar has */
#define FIRST_PID_NAMESPACE 0xeffffffc /* PROC_PID_INIT_INO in the kernel's proc_ns.h */

static struct {
	pid_t pid;
	bool per_process;
	bool msecs;
	double interval; /* seconds; 0: none */
	bool hash;
} wanted;

enum { OPTION_PIDS = 256,
       OPTION_MILLISECONDS,
       OPTION_HASH };

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "Only the process PID", 0 },
	{ "interval", 'I', "SECONDS", 0, "Print every SECONDS, not only at the end", 0 },
	{ "pids", OPTION_PIDS, NULL, 0, "A histogram for each process", 0 },
	{ "milliseconds", OPTION_MILLISECONDS, NULL, 0, "Count milliseconds, not microseconds", 0 },
	{ "hash", OPTION_HASH, NULL, 0,
	  "Use a hash where the kernel has task storage too, to compare what they cost", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case OPTION_PIDS:
		wanted.per_process = true;
		return 0;
	case OPTION_MILLISECONDS:
		wanted.msecs = true;
		return 0;
	case 'I':
		wanted.interval = parse_interval(state, arg);
		return 0;
	case OPTION_HASH:
		wanted.hash = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.doc = "Show how long tasks that can run wait for a CPU, as histograms.",
};

static struct runqlat_bpf *skel;
static unsigned long long shown; /* waits */

/* A histogram as bcc's tools draw it: each bar as long as its part of the highest count. */
static void print_event(const struct event *event)
{
	__u64 most = 1;

	for (int i = 0; i < SLOTS; i++)
		if (event->buckets[i].count > most)
			most = event->buckets[i].count;
	if (wanted.per_process) {
		printf("\npid = %u ", event->pid);
		print_text(stdout, event->comm, sizeof(event->comm));
		putchar('\n');
	}
	printf("%10s%-14s : count      distribution\n", "", event->unit == msecs ? "msecs" : "usecs");
	for (int i = 0; i < SLOTS && event->buckets[i].to; i++) {
		const struct bar *bar = &event->buckets[i];

		printf("%10llu -> %-10llu : %-10llu |%-*.*s|\n", bar->from, bar->to,
		       bar->count, STARS, (int)(bar->count * STARS / most),
		       "****************************************");
	}
}

/* Print what @now has more than @before, which then catches up: so nothing is reset, and what
 * BPF counts meanwhile is in the next difference. */
static void show_hist(const struct hist *now, struct hist *before, __u32 pid, const char *comm)
{
	struct event event = { .time_ns = now_ns(), .pid = pid, .unit = wanted.msecs ? msecs : usecs };
	int used = 0;

	memcpy(event.comm, comm, strnlen(comm, COMM_SIZE));
	for (int i = 0; i < SLOTS; i++) {
		event.buckets[i].count = now->slots[i] - before->slots[i];
		event.total += event.buckets[i].count;
		if (event.buckets[i].count)
			used = i + 1;
	}
	for (int i = 0; i < used; i++) {
		event.buckets[i].from = i ? 1ULL << i : 0;
		event.buckets[i].to = (2ULL << i) - 1;
	}
	*before = *now;
	if (!event.total && wanted.per_process)
		return; /* most processes slept all the time */
	shown += event.total;
	if (options.json)
		print_record(skel->obj, "event", &event, offsetof(struct event, buckets[used]));
	else
		print_event(&event);
}

/* The sum over all CPUs, from memory that BPF writes to and we see. */
static void show_all_together(const struct hist *hists)
{
	static struct hist before;
	struct hist now = {};

	for (__u32 cpu = 0; cpu < bpf_map__max_entries(skel->maps.hists); cpu++)
		for (int i = 0; i < SLOTS; i++)
			now.slots[i] += ((const volatile struct hist *)hists)[cpu].slots[i];
	show_hist(&now, &before, wanted.pid, "");
}

/* What has been shown of one process. The tree's keys are the nodes' beginnings. */
struct seen {
	__u32 tgid;
	struct hist hist;
};

static int by_tgid(const void *a, const void *b)
{
	__u32 left = *(const __u32 *)a, right = *(const __u32 *)b;

	return left < right ? -1 : left > right;
}

static struct seen *seen_of(__u32 tgid, void **tree)
{
	struct seen *seen, **node = tfind(&tgid, tree, by_tgid);

	if (node)
		return *node;
	seen = calloc(1, sizeof(*seen));
	if (!seen)
		die("cannot remember process %u", tgid);
	seen->tgid = tgid;
	if (!tsearch(seen, tree, by_tgid))
		die("cannot remember process %u", tgid);
	return seen;
}

/* Are PIDs here those that the kernel counts by, which are those of the first PID namespace? */
static bool in_first_pid_namespace(void)
{
	struct stat namespace;

	return !stat("/proc/self/ns/pid", &namespace) && namespace.st_ino == FIRST_PID_NAMESPACE;
}

static void show_each_process(void)
{
	static void *tree;
	bool can_ask = in_first_pid_namespace();
	struct bpf_map *map = skel->maps.processes;
	struct process process;
	__u32 tgid, next;
	int err;

	err = bpf_map__get_next_key(map, NULL, &next, sizeof(next));
	while (!err) {
		struct seen *seen;
		bool ended;

		tgid = next;
		/* Before we look at it: what has ended by now counts no more. */
		ended = can_ask && kill(tgid, 0) && errno == ESRCH;
		err = bpf_map__lookup_elem(map, &tgid, sizeof(tgid), &process, sizeof(process), 0);
		seen = seen_of(tgid, &tree);
		if (!err)
			show_hist(&process.hist, &seen->hist, tgid, process.comm);

		/* Without a key that exists, the iteration would start again. */
		err = bpf_map__get_next_key(map, &tgid, &next, sizeof(next));
		if (ended && running()) { /* make room for others */
			bpf_map__delete_elem(map, &tgid, sizeof(tgid), 0);
			tdelete(&tgid, &tree, by_tgid);
			free(seen);
		}
	}
}

static void show(const struct hist *hists)
{
	time_t now = time(NULL);
	char text[16];

	if (wanted.interval && !options.json) {
		strftime(text, sizeof(text), "%T", localtime(&now));
		printf("%s\n", text);
	}
	if (wanted.per_process)
		show_each_process();
	else
		show_all_together(hists);
	flush_output();
}

int main(int argc, char **argv)
{
	/* The kernel has task storage since 5.11. But until 6.4 it takes the memory for it from
	 * kmalloc(), which may want to wake kswapd up: from inside a wake-up, with the locks
	 * for that held. */
	bool task_storage = kernel_is_at_least(6, 4);
	const struct hist *hists = NULL;
	size_t hists_size = 0;

	parse_options(&argp, argc, argv);
	if (wanted.hash)
		task_storage = false;

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = runqlat_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	/* Constants can be set until the load, when the verifier drops the code they rule out. */
	skel->rodata->wanted_pid = wanted.pid;
	skel->rodata->per_process = wanted.per_process;
	skel->rodata->in_msecs = wanted.msecs;
	skel->rodata->use_task_storage = task_storage;

	/* Maps that only such code uses need not exist. On old kernels, one of them cannot. */
	bpf_map__set_autocreate(skel->maps.waiting, task_storage);
	bpf_map__set_autocreate(skel->maps.waiting_by_tid, !task_storage);
	bpf_map__set_autocreate(skel->maps.processes, wanted.per_process);
	bpf_map__set_autocreate(skel->maps.hists, !wanted.per_process);
	bpf_map__set_max_entries(skel->maps.hists, possible_cpus());

	/* Load: create the maps, fit the program to this kernel's types, and verify it. */
	if (runqlat_bpf__load(skel))
		die("cannot load the BPF object");

	/* Read: see the array of histograms as memory of our own. */
	if (!wanted.per_process) {
		hists_size = bpf_map__max_entries(skel->maps.hists) * sizeof(*hists);
		hists = mmap(NULL, hists_size, PROT_READ, MAP_SHARED,
			     bpf_map__fd(skel->maps.hists), 0);
		if (hists == MAP_FAILED)
			die("cannot map the histograms into memory");
	}

	/* Attach: from here on every wake-up and every switch runs our programs. */
	if (runqlat_bpf__attach(skel))
		die("cannot attach to the scheduler's tracepoints");

	attached("sched_wakeup, sched_wakeup_new and sched_switch, with %s",
		 task_storage ? "task storage" : "a hash by thread");
	while (wait_for_summary(wanted.interval, 0))
		show(hists);

	/* Detach before the last look, so that nothing is counted after it. */
	runqlat_bpf__detach(skel);
	show(hists);
	report(shown, skel->bss->dropped);

	if (hists)
		munmap((void *)hists, hists_size);
	runqlat_bpf__destroy(skel);
	return 0;
}
