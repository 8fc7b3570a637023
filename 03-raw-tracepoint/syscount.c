// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load syscount.bpf.c, and print what it counts: once, or every few seconds. */
#include <asm/unistd.h>
#include <errno.h>
#include <limits.h>
#include <linux/membarrier.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
#include "syscount.h"
#include "syscount.skel.h"

static const char *const syscall_names[] = {
#include "syscall_names.h" /* made by the Makefile: [__NR_read] = "read", ... */
};

static struct {
	pid_t pid;
	double interval; /* seconds; 0: none */
	size_t top;	 /* 0: not given */
} wanted;

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "Only the process PID", 0 },
	{ "interval", 'I', "SECONDS", 0, "Print every SECONDS, not only at the end", 0 },
	{ "top", 'T', "TOP", 0, "Print the TOP most frequent calls (10; with -j all)", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case 'I':
		wanted.interval = parse_interval(state, arg);
		return 0;
	case 'T':
		wanted.top = parse_number(state, "TOP", arg, 1, INT_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.doc = "Count system calls, those that fail, and the time that they take.",
};

/* Write the name of a syscall_id; a number if these headers have no name for it. */
static void format_syscall(char *buf, size_t size, const void *data)
{
	syscall_id id;
	int number;

	memcpy(&id, data, sizeof(id));
	number = (int)id;
	if (id & SYSCALL_32BIT)
		snprintf(buf, size, "32-bit:%d", number);
	else if (number >= 0 && number < (int)(sizeof(syscall_names) / sizeof(*syscall_names)) &&
		 syscall_names[number])
		snprintf(buf, size, "%s", syscall_names[number]);
	else
		snprintf(buf, size, "%d", number);
}

/* ---- Reading the counts ---- */

#define BATCH 64 /* elements; each has a value for every CPU */

static struct {
	int cpus; /* possible ones: so many values a lookup yields */
	syscall_id keys[BATCH];
	struct count *values; /* cpus of them for each key */
	struct event *events; /* room for all that a map can hold */
	size_t count;
} table;

static void make_table(const struct bpf_map *map)
{
	table.cpus = possible_cpus();
	table.values = calloc(BATCH * table.cpus, sizeof(*table.values));
	table.events = calloc(bpf_map__max_entries(map), sizeof(*table.events));
	if (!table.values || !table.events)
		die("cannot make the table");
}

/* Add the first @count of keys and values to the table, each the sum over all CPUs. */
static void add_to_table(size_t count)
{
	const struct count *value = table.values;

	for (size_t i = 0; i < count; i++) {
		struct event *event = &table.events[table.count++];

		*event = (struct event){ .syscall = table.keys[i] };
		for (int cpu = 0; cpu < table.cpus; cpu++, value++) {
			event->count += value->count;
			event->errors += value->errors;
			event->total_ns += value->total_ns;
		}
		if (event->count)
			event->mean_ns = event->total_ns / event->count;
	}
}

/* What read_counts() does, with three system calls for every element: before Linux 5.6. */
static void read_one_by_one(int map)
{
	if (options.verbose)
		warn("this kernel has no batches for this map");
	while (!bpf_map_get_next_key(map, NULL, &table.keys[0])) {
		if (bpf_map_lookup_elem(map, &table.keys[0], table.values) ||
		    bpf_map_delete_elem(map, &table.keys[0]))
			die("cannot read the counts");
		add_to_table(1);
	}
	if (errno != ENOENT)
		die("cannot read the counts");
}

/* Move all that is in @map to the table, BATCH elements at a time. */
static void read_counts(int map)
{
	/* Where the next batch begins. Only the kernel knows what is in there; it is as large
	 * as a key, and at least 4 bytes. */
	syscall_id position, *from = NULL;
	__u32 count;
	int err;

	table.count = 0;
	do {
		count = BATCH;
		err = bpf_map_lookup_and_delete_batch(map, from, &position, table.keys, table.values,
						      &count, NULL);
		if (!from && (err == -EINVAL || err == -524 /* ENOTSUPP, the kernel's own */)) {
			read_one_by_one(map);
			return;
		}
		if (err && err != -ENOENT) /* which says that this batch is the last */
			die("cannot read the counts");
		add_to_table(count);
		from = &position;
	} while (!err);
}

/* ---- Printing them ---- */

static int by_count(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->total_ns < y->total_ns ? 1 : x->total_ns > y->total_ns ? -1 :
									   0;
}

static void print_event(const char *name, const struct event *event)
{
	printf("%-24s %10llu %10llu %14.3f %14.3f\n", name, event->count, event->errors,
	       event->total_ns / 1e6, (event->count ? event->total_ns / 1e3 / event->count : 0));
}

/* Print the table, the most frequent first; return how many calls are in it. */
static unsigned long long print_table(const struct bpf_object *object)
{
	size_t top = wanted.top ? wanted.top : options.json ? SIZE_MAX :
							      10;
	struct event others = {};
	unsigned long long calls = 0;
	__u64 now = now_ns();
	char name[32];

	qsort(table.events, table.count, sizeof(*table.events), by_count);
	if (!options.json)
		printf("%-24s %10s %10s %14s %14s\n", "SYSCALL", "COUNT", "ERRORS", "TOTAL_ms",
		       "MEAN_us");
	for (size_t i = 0; i < table.count; i++) {
		struct event *event = &table.events[i];

		calls += event->count;
		event->time_ns = now;
		if (i >= top) {
			others.count += event->count;
			others.errors += event->errors;
			others.total_ns += event->total_ns;
		} else if (options.json) {
			print_record(object, "event", event, sizeof(*event));
		} else {
			format_syscall(name, sizeof(name), &event->syscall);
			print_event(name, event);
		}
	}
	if (!options.json) {
		snprintf(name, sizeof(name), "(%zu others)", table.count - top);
		if (table.count > top)
			print_event(name, &others);
		putchar('\n');
	}
	flush_output();
	return calls;
}

/* Let the programs count in the other map, and print what is in the one they leave. */
static unsigned long long end_interval(struct syscount_bpf *skel)
{
	bool was_odd = skel->bss->interval_is_odd;

	skel->bss->interval_is_odd = !was_odd;
	/* Waits until every program that was running when it was called has ended: both are
	 * RCU to the kernel. */
	if (syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(1000); /* no membarrier here; a program takes less than 1 us */
	read_counts(bpf_map__fd(was_odd ? skel->maps.odd_counts : skel->maps.even_counts));
	return print_table(skel->obj);
}

/*
 * How often the kernel did not run @prog, since it was in the middle of another run on that CPU.
 * That happens where a task can be preempted inside it, as in system calls on Linux 7.2: until
 * the task goes on, no other task on its CPU is counted.
 */
static unsigned long long skipped_runs(const struct bpf_program *prog)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_prog_get_info_by_fd(bpf_program__fd(prog), &info, &size))
		die("cannot ask how often a program was skipped");
	return info.recursion_misses; /* Linux 5.12; 0 before */
}

int main(int argc, char **argv)
{
	unsigned long long skipped;
	unsigned long long calls = 0;
	struct syscount_bpf *skel;

	parse_options(&argp, argc, argv);
	json_format("syscall_id", format_syscall);

	/* Open, and set the constant that the verifier prunes by. */
	skel = syscount_bpf__open();
	if (!skel)
		die("cannot open the BPF object");
	skel->rodata->wanted_pid = wanted.pid;

	/* Load: create the maps, and verify the programs. */
	if (syscount_bpf__load(skel))
		die("cannot load the BPF object");

	/* Read: have room for the counts. */
	make_table(skel->maps.even_counts);

	/* Attach: by one system call a program, and tracefs need not be mounted. */
	if (syscount_bpf__attach(skel))
		die("cannot attach to the raw tracepoints sys_enter, sys_exit and sched_process_exit");
	attached("the entry and exit of all system calls");

	while (wait_for_summary(wanted.interval, 0))
		calls += end_interval(skel);

	/* Detach before the last look, so that it has all. */
	syscount_bpf__detach(skel);
	calls += end_interval(skel);
	report(calls, skel->bss->dropped);
	skipped = skipped_runs(skel->progs.on_enter) + skipped_runs(skel->progs.on_exit);
	if (skipped)
		warn("up to %llu calls more were made: the kernel skipped the programs, because another "
		     "task was preempted inside them",
		     skipped);

	syscount_bpf__destroy(skel);
	free(table.events);
	free(table.values);
	return 0;
}
