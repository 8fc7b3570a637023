// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load profile.bpf.c onto the clock of every CPU, and print what it has counted, with names. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "example.h"
#include "events.h"
#include "flame.h"
#include "names.h"
#include "print.h"
#include "profile.h"
#include "profile.skel.h"
#include "stack.h"

static struct rate rate;

static struct {
	pid_t pid;
	bool user_only, kernel_only, idle, folded;
	const char *flame;
	long storage;
} wanted = { .storage = 16384 };

enum { COUNT = 256,
       IDLE,
       FLAME,
       STORAGE };

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "Only the process PID, with all its threads", 0 },
	{ "frequency", 'F', "HZ", 0, "Take HZ samples a second on each CPU (49)", 0 },
	{ "count", COUNT, "COUNT", 0,
	  "Take a sample each COUNT events (of cpu-clock: ns) instead; needs -e", 0 },
	{ "event", 'e', "EVENT", 0,
	  "What to sample by: cycles, cpu-clock or page-faults (cycles, or cpu-clock on a machine "
	  "that does not count them; page-faults come with --count 1)",
	  0 },
	{ "user-stacks-only", 'U', NULL, 0, "Show the stacks of programs, without the kernel's", 0 },
	{ "kernel-stacks-only", 'K', NULL, 0, "Show the kernel's stacks only", 0 },
	{ "include-idle", IDLE, NULL, 0, "Count CPUs that have nothing to do, too", 0 },
	{ "folded", 'f', NULL, 0, "Print a line for each stack, as flame graph tools read them", 0 },
	{ "flame", FLAME, "FILE", 0,
	  "Draw a flame graph into FILE (SVG); print stacks only if -f or -j is given, too", 0 },
	{ "stack-storage-size", STORAGE, "COUNT", 0, "Keep up to COUNT different stacks (16384)", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case 'F':
		rate.frequency = parse_number(state, "HZ", arg, 1, INT_MAX);
		return 0;
	case COUNT:
		rate.period = parse_number(state, "COUNT", arg, 1, LONG_MAX);
		return 0;
	case 'e':
		for (const struct source *source = sources; source < sources + SOURCES; source++)
			if (!strcmp(arg, source->name))
				rate.source = source;
		if (!rate.source)
			argp_error(state, "EVENT must be cycles, cpu-clock or page-faults, not '%s'",
				   arg);
		return 0;
	case 'U':
		wanted.user_only = true;
		return 0;
	case 'K':
		wanted.kernel_only = true;
		return 0;
	case IDLE:
		wanted.idle = true;
		return 0;
	case 'f':
		wanted.folded = true;
		return 0;
	case FLAME:
		wanted.flame = arg;
		return 0;
	case STORAGE:
		wanted.storage = parse_number(state, "COUNT", arg, 1, 1 << 24);
		return 0;
	case ARGP_KEY_END:
		if (wanted.user_only && wanted.kernel_only)
			argp_error(state, "-U and -K exclude each other");
		if (rate.frequency && rate.period)
			argp_error(state, "-F and --count exclude each other");
		if (wanted.folded && options.json)
			argp_error(state, "-f and -j exclude each other");
		if (rate.period && !rate.source)
			argp_error(state, "COUNT of what? --count needs -e");
		if (rate.source == PAGE_FAULTS && !rate.frequency && !rate.period)
			rate.period = 1;
		else if (!rate.frequency && !rate.period)
			rate.frequency = 49; /* not in step with what happens 10 or 100 times a second */
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.doc = "Show what the CPUs are busy with: sample their stacks, and count them.",
};

static void say_attached(int cpus)
{
	char often[64], where[64], why[64] = "";

	if (rate.frequency)
		snprintf(often, sizeof(often), "%ld Hz", rate.frequency);
	else
		snprintf(often, sizeof(often), "one of %ld", rate.period);
	if (!rate.source && clocks && clocks < cpus)
		snprintf(where, sizeof(where), "%d CPUs, %d of them by cpu-clock", cpus, clocks);
	else
		snprintf(where, sizeof(where), "%d CPU%s", cpus, cpus == 1 ? "" : "s");
	if (clocks == cpus)
		strcpy(why, ", as nothing counts cycles here");
	attached("%s at %s on %s%s", rate.source ? rate.source->name : clocks == cpus ? "cpu-clock" :
											"cycles",
		 often, where, why);
}

static int on_newcomer(void *ctx, void *data, size_t size)
{
	learn_image(data);
	return 0;
}

static void draw(FILE *file, const struct stacks *stacks)
{
	char title[128];

	snprintf(title, sizeof(title), "%llu samples by %s", stacks->samples,
		 rate.source ? rate.source->name : clocks ? "cpu-clock" :
							    "cycles");
	draw_flame_graph(file, title, stacks);
	if (ferror(file) || fclose(file)) /* a write on the way failed, or the last one */
		fail("cannot write %s: %m", wanted.flame);
}

int main(int argc, char **argv)
{
	struct rlimit files;
	long max_depth = read_number("/proc/sys/kernel/perf_event_max_stack");
	struct ring_buffer *newcomers;
	struct profile_bpf *skel;
	struct stacks stacks;
	FILE *flame = NULL;
	int cpus;

	parse_options(&argp, argc, argv);
	json_format("frame_name", format_frame_name);
	if (wanted.flame) {
		flame = fopen(wanted.flame, "we");
		if (!flame)
			fail("cannot write %s: %m", wanted.flame);
	}
	if (!getrlimit(RLIMIT_NOFILE, &files)) { /* names.c holds many files open */
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = profile_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	/* Constants, and the sizes of maps, can be set until the load. */
	skel->rodata->wanted_pid = wanted.pid;
	skel->rodata->include_idle = wanted.idle;
	skel->rodata->kernel_stacks = !wanted.user_only;
	skel->rodata->user_stacks = !wanted.kernel_only;
	bpf_map__set_max_entries(skel->maps.stacks, (wanted.storage + 1) / 2);
	bpf_map__set_max_entries(skel->maps.more_stacks, (wanted.storage + 1) / 2);
	bpf_map__set_max_entries(skel->maps.counts, 2 * wanted.storage);
	if (max_depth <= 0 || max_depth > MAX_DEPTH)
		max_depth = MAX_DEPTH;
	/* A kernel that is set to walk fewer frames refuses a map that has room for more. */
	bpf_map__set_value_size(skel->maps.stacks, max_depth * sizeof(__u64));
	bpf_map__set_value_size(skel->maps.more_stacks, max_depth * sizeof(__u64));

	/* Load: create the maps, fit the program to this kernel's types, and verify it. */
	if (profile_bpf__load(skel))
		die("cannot load the BPF object");

	/* Read: programs that are seen first, whose memory has to be looked at while they run. */
	newcomers = ring_buffer__new(bpf_map__fd(skel->maps.newcomers), on_newcomer, NULL, NULL);
	if (!newcomers)
		die("cannot read the ring buffer");
	if (wanted.pid)
		learn_process(wanted.pid);

	/* Attach: SEC("perf_event") names no place, so the skeleton's attach cannot do it. */
	cpus = attach_cpus(skel->progs.on_sample, &rate);
	say_attached(cpus);
	while (running()) {
		poll_ring_for(newcomers, 1);
		follow_cpus();
	}

	/* Detach, so that the counts stand still, and read them. */
	detach_cpus();
	drain_ring(newcomers);
	stacks = read_stacks(skel, max_depth, wanted.folded);

	if (flame)
		draw(flame, &stacks);
	sort_by_count(&stacks);
	if (!flame || wanted.folded || options.json)
		print_stacks(&stacks, skel->obj, wanted.folded);

	if (stacks.saw_kernel && !kernel_has_names && access("/proc/kallsyms", F_OK))
		warn("there is no /proc/kallsyms, so the kernel's functions have no names\n"
		     "  hint: mount -t proc proc /proc");
	else if (stacks.saw_kernel && !kernel_has_names)
		warn("/proc/kallsyms hides the kernel's addresses, so its functions have no names%s",
		     read_number("/proc/sys/kernel/kptr_restrict") == 2 ?
			     "\n  hint: sysctl kernel.kptr_restrict=1" :
			     "");
	if (unseen_images)
		warn("%lu programs ended before their memory could be looked at; their functions are "
		     "[unknown]",
		     unseen_images);
	if (unknown_addresses)
		warn("%lu addresses are [unknown]: they are in no file, and no JIT compiler has named them "
		     "(/tmp/perf-PID.map); or code without frame pointers led there",
		     unknown_addresses);
	if (skel->bss->lost_stacks)
		warn("%llu stacks are [lost]: their places in the map were taken, or nothing could walk "
		     "them",
		     skel->bss->lost_stacks);
	if (skel->bss->dropped)
		warn("%llu samples, %llu dropped (the map of counts was full or busy)", stacks.samples,
		     skel->bss->dropped);
	else
		warn("%llu samples", stacks.samples);

	ring_buffer__free(newcomers);
	profile_bpf__destroy(skel);
	return 0;
}
